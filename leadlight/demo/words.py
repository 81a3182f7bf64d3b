"""Word lists of the made-up company: people, firms, and how much each attribute makes a lead fit.

An effects array holds one number per word and a last one for "not filled in", so that code -1 finds it.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def _effects(*values: float) -> FloatArray:
    return np.array(values, dtype=np.float64)


def _split(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRST_NAMES: Final = _split(
    "Anna Ben Clara David Elena Felix Greta Hugo Ines Jonas Karin Liam Maya Noah Olga Paul Rosa Samir Tessa "
    "Umar Vera Walter Yara Zane Aisha Bruno Celia Dario Esther Farid Gina Henrik Ida Jakub Katya Lukas Mira "
    "Nils Orla Pavel Priya Rahul Sofia Tomas Uma Victor Wendy Xenia"
)
LAST_NAMES: Final = _split(
    "Adler Becker Costa Dubois Evans Fischer Garcia Hughes Ivanov Jansen Keller Lindqvist Moreau Novak Olsen "
    "Patel Quinn Rossi Schmidt Taylor Ueda Varga Walsh Young Zeller Andersen Brandt Carter Diaz Ekberg Flynn "
    "Gupta Hansen Ibarra Joshi Kowalski Larsen Meier Nguyen Ortiz Petrov Reyes Singh Torres Unger Vogel Weber"
)
FIRM_FIRST: Final = _split(
    "Alder Amber Beacon Birch Bright Cedar Clear Coastal Copper Crest Delta Eastern Elm Ever Falcon Fern Flint "
    "Forest Granite Green Harbour Hazel Heron High Iron Juniper Kestrel Lake Lantern Lark Maple Marsh Meadow Mill "
    "North Oak Orchard Pine Quartz Raven Red River Rowan Silver South Spruce Stone Summit Swift Thorn "
    "Upland Vale"
)
FIRM_SECOND: Final = _split(
    "bank bay bridge brook cliff crown dale field ford gate grove haven hill hollow house land line mark mill moor "
    "path peak point port ridge shore side spring stead stone stream tide tower view ward water way well wood worth "
    "yard"
)
FIRM_SUFFIXES: Final = ("", " Group", " Logistics", " Foods", " Works", " Trading", " Systems", " Partners", " Retail")

SENIORITIES: Final = ("staff", "senior", "manager", "director", "vp", "chief")
TITLE_FORMS: Final = (
    "{0} Specialist",
    "Senior {0} Analyst",
    "{0} Manager",
    "Director of {0}",
    "VP {0}",
    "Chief {0} Officer",
)
SENIORITY_SHARES: Final = _effects(0.26, 0.2, 0.26, 0.13, 0.06, 0.09)
SENIORITY_EFFECTS: Final = _effects(-0.7, -0.3, 0.25, 0.8, 0.7, 0.2, -0.2)
CHIEF: Final = 5

DEPARTMENTS: Final = ("Operations", "Supply Chain", "IT", "Finance", "Marketing", "HR")
DEPARTMENT_EFFECTS: Final = _effects(0.25, 0.45, 0.0, -0.1, -0.3, -0.6, 0.0)

SIZES: Final = ("1-10", "11-50", "51-200", "201-1000", "1001-5000", "5001+")
SIZE_EFFECTS: Final = _effects(-0.7, -0.1, 0.5, 0.6, 0.1, -0.3, -0.1)
SIZE_SHARES: Final = _effects(0.16, 0.27, 0.26, 0.17, 0.09, 0.05)
SMALL_SIZES: Final = 2  # the first two bands: there the chief signs alone

INDUSTRIES: Final = (
    "Retail",
    "Wholesale",
    "Manufacturing",
    "Food",
    "Software",
    "Healthcare",
    "Education",
    "Construction",
)
SOFTWARE: Final = 4
INDUSTRY_EFFECTS: Final = _effects(0.4, 0.6, 0.3, 0.2, -0.4, -0.2, -0.8, -0.1, 0.0)

COUNTRIES: Final = (
    "United Kingdom",
    "Ireland",
    "Germany",
    "France",
    "Netherlands",
    "Spain",
    "Sweden",
    "United States",
    "Canada",
    "India",
)
COUNTRY_SHARES: Final = _effects(0.24, 0.05, 0.17, 0.1, 0.09, 0.06, 0.05, 0.14, 0.04, 0.06)
UTC_OFFSET_HOURS: Final = _effects(0, 0, 1, 1, 1, 1, 1, -6, -5, 5.5)

SOURCES: Final = (
    "Referral",
    "Partner",
    "Organic search",
    "Webinar",
    "Trade fair",
    "Paid ads",
    "Content",
    "Bought list",
)
SOURCE_SHARES: Final = _effects(0.09, 0.07, 0.24, 0.1, 0.09, 0.19, 0.14, 0.08)
SOURCE_EFFECTS: Final = _effects(0.8, 0.4, 0.15, 0.1, 0.0, -0.25, -0.2, -0.9)

COMPETITORS: Final = ("Shelfwise", "Stockmind", "Palletry")
UNIVERSITIES: Final = ("Westmark University", "Tarn Valley College", "Kelden Institute")
