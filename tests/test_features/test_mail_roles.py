"""Which event types speak of a mail."""

import pytest

from features.mail_roles import CLICK, NO_ROLE, SENT, MailRole, mail_role, role_codes


@pytest.mark.parametrize(
    ("event_type", "role"),
    [
        ("email_sent", "sent"),
        ("Email Delivered", "sent"),
        ("Newsletter sent", "sent"),
        ("SENT", "sent"),
        ("Email Opened", "open"),
        ("opened_email", "open"),
        ("email_read", "open"),
        ("open_sales_email", "open"),
        ("e-mail open", "open"),
        ("Email Link Clicked", "click"),
        ("View in browser link Clicked", "click"),
        ("clicked_link", "click"),
        ("CLICK", "click"),
        ("Unsubscribed", "unsubscribe"),
        ("unsubscribe_email", "unsubscribe"),
        ("Email opt-out", "unsubscribe"),
        ("opted_out", "unsubscribe"),
        ("ad_click", "none"),
        ("SMS Sent", "none"),
        ("proposal_sent", "none"),
        ("opened an account", "none"),
        ("opportunity_open", "none"),
        ("email_reply_sent", "none"),
        ("email_bounced", "none"),
        ("page_view", "none"),
        ("email", "none"),
        ("", "none"),
    ],
)
def test_the_words_of_a_name_tell_its_role(event_type: str, role: MailRole) -> None:
    assert mail_role(event_type) == role


def test_what_the_project_says_goes_first() -> None:
    said: dict[str, MailRole] = {"ad_click": "click", "email_click": "none"}

    assert role_codes(["ad_click", "email_click", "email_sent"], said).tolist() == [CLICK, NO_ROLE, SENT]
