// Calls the API, as whoever is signed in.

import * as session from "./session.js";

/**
 * Problem is why a call did not do what was asked: the API's own words where it gave
 * some. status is 0 when no answer came. fields has a message by the name of each
 * field that was bad.
 */
export class Problem extends Error {
  constructor(status, detail, errors = []) {
    super(detail);
    this.status = status;
    this.fields = Object.fromEntries(errors.map(({ field, message }) => [field, message]));
  }
}

/** call asks the API as nobody. It returns the answer's document; null for none. */
export async function call(method, path, body) {
  return read(await send(method, path, body));
}

/**
 * api asks the API as the caller. Tokens are renewed when it is time; when that is
 * refused, the way is to the sign-in and this never returns.
 */
export async function api(method, path, body) {
  return read(await ask(method, path, body));
}

/** ask is api for who wants the Response itself, such as a file. It is always good. */
export async function ask(method, path, body) {
  let response = await send(method, path, body, await token());
  if (response.status === 401) response = await send(method, path, body, await renewed());
  if (response.status === 401) return leave();
  if (!response.ok) throw await problem(response);
  return response;
}

/** leave forgets who was signed in and goes to the sign-in, for good. */
export function leave() {
  session.forget();
  location.replace(session.signInAddress());
  return new Promise(() => {});
}

async function send(method, path, body, accessToken) {
  const headers = { accept: "application/json" };
  if (accessToken) headers.authorization = "Bearer " + accessToken;
  if (body !== undefined) headers["content-type"] = "application/json";
  try {
    return await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch {
    throw new Problem(0, navigator.onLine
      ? "ClientFlow could not be reached. Please try again."
      : "You are offline. Please try again when you are connected.");
  }
}

async function read(response) {
  if (!response.ok) throw await problem(response);
  const text = await response.text();
  return text === "" ? null : JSON.parse(text);
}

async function problem(response) {
  const document = await response.json().catch(() => ({}));
  const detail = document.detail ?? {
    429: "That was too often. Please wait a moment and try again.",
    413: "That is too much at once.",
  }[response.status] ?? "That did not work, and it is our fault. Please try again.";
  return new Problem(response.status, detail, document.errors);
}

// A token is renewed a little before it ends.
const margin = 60_000;

async function token() {
  const now = session.current();
  if (now === null) return leave();
  return now.expiresAt - margin > Date.now() ? now.accessToken : renewed();
}

// renewed returns a new access token. Of all tabs one asks for it; the others find
// it when they have their turn.
function renewed() {
  const before = session.current()?.accessToken;
  return alone(async () => {
    const now = session.current();
    if (now === null) return leave();
    if (now.accessToken !== before) return now.accessToken;
    const response = await send("POST", "/login/refresh", { refreshToken: now.refreshToken });
    if (response.status === 401) return leave();
    const tokens = await read(response);
    session.keep(tokens);
    return tokens.accessToken;
  });
}

// Browsers have locks on secure pages only, as this one's own machine is.
const alone = (work) => (navigator.locks ? navigator.locks.request("clientflow.renewal", work) : work());
