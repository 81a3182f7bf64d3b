"""A job title as seniority and department, in seven languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.titles import department, seniority


@pytest.mark.parametrize(
    ("level", "titles"),
    [
        (
            "executive",
            "CEO|Chief Executive Officer|President|Founder & CEO|Business Owner|Managing Director|General Manager",
        ),
        (
            "executive",
            "Executive Director|Geschäftsführerin|Directeur Général|Amministratore delegato|Algemeen directeur|PDG",
        ),
        ("executive", "Chairman of the Board|Inhaber|Dueña|Sócio"),
        ("executive", "Managing Partner|Vorstand|Chief Supply Chain Officer"),
        (
            "vice president",
            "Vice President of Sales|VP HR|SVP, Marketing|Vice-Président Ventes|Vizepräsidentin|Vicepresidente",
        ),
        (
            "director",
            "Director of IT|Associate Director|Directeur commercial|Directora de Compras|Direttore vendite|IT-Direktor",
        ),
        ("head", "Head of Sales|Vertriebsleiter|Leiterin Marketing|Chef de service achats"),
        ("head", "Responsable Marketing|Hoofd Inkoop"),
        ("head", "Jefe de compras|Responsabile acquisti|Abteilungsleiter IT"),
        ("head", "Deputy Head of Procurement|Chief of Staff"),
        (
            "manager",
            "Sales Manager|Teamleiter Einkauf|Chef de projet|Gerente de ventas|Projectleider|Assistant Director",
        ),
        ("manager", "Coordinatrice marketing|Team Lead Support|Produktmanagerin|Coordenador de TI"),
        ("senior", "Senior Software Engineer|Lead Developer|Sr. Analyst|Principal Consultant"),
        (
            "staff",
            "Clerk|Software Engineer|Account Executive|Product Owner|Personalreferent|Einkäufer|Sales",
        ),
        (
            "assistant",
            "Assistant to the Director|Executive Assistant to the CEO|Assistante de direction|PA to the CEO|Sekretärin",
        ),
        (
            "student or intern",
            "Student|Praktikant|Becaria|Stagiaire|Werkstudent Marketing|Marketing Intern|Tirocinante",
        ),
        ("unknown", "Wizard|Former CEO|Process Owner|Retired|Chef|Partner|...|-|李"),
    ],
)
def test_the_stronger_of_two_words_counts_in_any_of_the_languages(level: str, titles: str) -> None:
    assert {title: seniority(title) for title in titles.split("|")} == dict.fromkeys(titles.split("|"), level)


@pytest.mark.parametrize(
    ("name", "titles"),
    [
        (
            "sales",
            "Head of Sales|Vertriebsleiter|Directrice des ventes|Sales Operations Manager|Key Account Manager|CRO",
        ),
        ("marketing", "CMO|Brand Manager|Coordinatrice marketing|VP, Marketing"),
        ("it", "IT-Leiter|CIO|System Administrator|Coordenador de TIC|Analista de sistemas"),
        ("finance", "CFO|Accountant|Sachbearbeiter Buchhaltung|Diretor Financeiro|Comptable"),
        ("hr", "VP HR|Personalleiterin|Directora de Recursos Humanos|DRH, ressources humaines"),
        ("purchasing", "Einkäufer|Jefe de compras|Responsabile acquisti|Hoofd Inkoop|Procurement Manager"),
        ("legal", "Legal Counsel|Rechtsanwalt|Abogada"),
        ("engineering", "Software Engineer|Technischer Leiter|Product Owner|Ingeniero"),
        ("logistics", "Supply Chain Specialist|Lagerleiter|Warehouse Manager|Logistics Lead"),
        ("operations", "COO|Chief Operations Officer|Plant Manager|Production Manager"),
        ("customer service", "Customer Success Manager|Support Agent|Kundenberater"),
        ("unknown", "CEO|Director|Personal Assistant|Wizard"),
    ],
)
def test_the_department_is_the_first_that_a_title_speaks_of(name: str, titles: str) -> None:
    assert {title: department(title) for title in titles.split("|")} == dict.fromkeys(titles.split("|"), name)


@given(st.text(max_size=40))
def test_any_text_is_some_title(text: str) -> None:
    assert seniority(text.upper()) == seniority(text.upper().lower())
    assert department(f"  {text}\t") == department(text)
