// The page /admin.

import { open } from "./shell.js";

open(() => {});
