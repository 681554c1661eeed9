"""Counties of the demo site by key, and the folder of profiles for those that the package has none of."""

from pathlib import Path
from typing import Final

from demo_site.county import County
from demo_site.county_lichuan import LICHUAN
from demo_site.county_panan import PANAN

COUNTIES: Final[dict[str, County]] = {county.key: county for county in (PANAN, LICHUAN)}
#: For PANAN_SITES_DIR.
PROFILES: Final = Path(__file__).with_name("profiles")
