"""What holds for all tests of the law: zones come from the pinned data, never from the machine."""

import zoneinfo

zoneinfo.reset_tzpath(to=[])
