// The page /.

import { call } from "./api.js";
import { one } from "./dom.js";
import { onSubmit } from "./forms.js";
import * as session from "./session.js";

onSubmit(one("sign-in"), async (values) => {
  session.keep(await call("POST", "/login", values));
  location.assign(session.wanted());
});
