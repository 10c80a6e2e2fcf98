"""What holds for all tests of the law: zones come from the pinned data, never from the machine.

Nor does a loaded machine decide: an example may take its time, and one that fails says how to have it again.
"""

import zoneinfo

from hypothesis import settings

zoneinfo.reset_tzpath(to=[])
settings.register_profile("law", deadline=None, print_blob=True)
settings.load_profile("law")
