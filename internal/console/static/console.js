// The console's liveliness. Every page works without it.
import { followSwaps } from "./swap.js";
import { followEvents } from "./live.js";
import { followSelections } from "./select.js";
import { followDrops } from "./drop.js";
import { followKeys } from "./keys.js";
import { followCopies } from "./copy.js";
import { followTheme } from "./theme.js";
import { followDialogs } from "./dialog.js";
import { followSearches } from "./search.js";
import { followTimes } from "./until.js";
import { followNotices } from "./say.js";

document.documentElement.dataset.lively = "yes";
followSwaps();
followSelections();
followDrops();
followKeys();
followCopies();
followTheme();
followDialogs();
followSearches();
followTimes();
followNotices();
followEvents(document.body.dataset.events);
