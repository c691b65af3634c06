import {TourAutomatic} from "@web_tour/js/tour_automatic/tour_automatic";

// As long as tests/common.py waits, in the place of 10 seconds: the machine may be busy.
TourAutomatic.prototype.timeout = 200000;
