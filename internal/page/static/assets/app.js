// The page /app.

import { open } from "./shell.js";

open(() => {});
