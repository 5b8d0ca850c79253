// The page /app/leads.

import { open } from "./shell.js";

open(() => {});
