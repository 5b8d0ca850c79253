// The page /app/settings.

import { open } from "./shell.js";

open(() => {});
