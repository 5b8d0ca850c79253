// The page /app/form.

import { open } from "./shell.js";

open(() => {});
