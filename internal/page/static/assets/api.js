// Calls the API, as whoever is signed in.

import * as session from "./session.js";

/**
 * Problem is why a call did not do what was asked: the API's own words where it gave
 * some. status is 0 when no answer came. fields has a message by the name of each
 * field that was bad. type tells some problems from others of their status.
 */
export class Problem extends Error {
  constructor(status, detail, errors = [], type = "") {
    super(detail);
    this.status = status;
    this.fields = Object.fromEntries(errors.map(({ field, message }) => [field, message]));
    this.type = type;
  }
}

/** wordsOf is what to say of an error. One that is no Problem is a defect of ours, of which the console has more. */
export function wordsOf(error) {
  if (error instanceof Problem) return error.message;
  console.error(error);
  return "Something went wrong on this page.";
}

/** call asks the API as nobody. It returns the answer's document; null for none. */
export async function call(method, path, body) {
  return read(await send(method, path, body));
}

/**
 * api asks the API as the caller. Tokens are renewed when it is time; when that is
 * refused, the way is to the sign-in and this never returns.
 */
export async function api(method, path, body, signal) {
  return read(await ask(method, path, body, signal));
}

/**
 * ask is api for who wants the Response itself, such as a file. It is always good.
 * An AbortSignal ends it before its time.
 */
export async function ask(method, path, body, signal) {
  let response = await send(method, path, body, await token(), signal);
  if (response.status === 401) response = await send(method, path, body, await renewed(), signal);
  if (response.status === 401) return leave(true);
  if (!response.ok) throw await problem(response);
  return response;
}

/**
 * leave forgets who was signed in and goes to the sign-in, for good. ended tells
 * whether anyone was, and page where a sign-in leads back to.
 */
export function leave(ended = session.current() !== null, page = location.pathname + location.search) {
  session.forget();
  return go(session.signInAddress(ended, page));
}

/** go replaces the page, and never returns. */
export function go(address) {
  location.replace(address);
  return new Promise(() => {});
}

// Whose page this is, once it has asked for anything. It must not show one user's
// data by another's token.
let mine;

/** watch leaves the page when another tab signs out, and loads it anew when someone else signs in. */
export function watch() {
  mine ??= session.whose(session.current());
  session.onChange(owned);
}

// owned returns the session as long as it is that of whose page this is.
async function owned() {
  const now = session.current();
  if (now !== null) mine ??= session.whose(now);
  if (now !== null && session.whose(now) === mine) return now;
  // Whoever comes next must not see what is shown, on a slow line, nor what stands in the
  // address, such as a search.
  document.body.hidden = true;
  return now === null ? leave(mine !== undefined, location.pathname) : go(location.pathname);
}

// The longest that an answer may take: the gateway itself waits for half a minute.
const patience = 40_000;

async function send(method, path, body, accessToken, signal) {
  const headers = { accept: "application/json" };
  if (accessToken) headers.authorization = "Bearer " + accessToken;
  if (body !== undefined) headers["content-type"] = "application/json";
  const ended = new AbortController();
  signal?.addEventListener("abort", () => ended.abort());
  const timer = setTimeout(() => ended.abort(), patience);
  try {
    return await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), signal: ended.signal });
  } catch (error) {
    throw signal?.aborted ? error : unreachable(ended.signal.aborted);
  } finally {
    clearTimeout(timer);
  }
}

function unreachable(late = false) {
  if (!navigator.onLine) return new Problem(0, "You are offline. Please try again when you are connected.");
  return new Problem(0, late
    ? "ClientFlow takes too long to answer. Please try again."
    : "ClientFlow could not be reached. Please try again.");
}

async function read(response) {
  if (!response.ok) throw await problem(response);
  const text = await response.text().catch((error) => {
    throw error.name === "AbortError" ? error : unreachable(); // the line broke within the answer
  });
  return text === "" ? null : JSON.parse(text);
}

async function problem(response) {
  const document = await response.json().catch(() => ({}));
  const detail = document.detail ?? {
    429: "That was too often. Please wait a moment and try again.",
    413: "That is too much at once.",
  }[response.status] ?? "That did not work, and it is our fault. Please try again.";
  return new Problem(response.status, detail, document.errors, document.type);
}

// A token is renewed a little before it ends.
const margin = 60_000;

async function token() {
  const now = await owned();
  return now.expiresAt - margin > Date.now() ? now.accessToken : renewed();
}

// renewed returns a new access token. Tabs ask for it one after the other, so that the
// others mostly find it when they have their turn. What another tab did to the session
// meanwhile stands.
function renewed() {
  const before = session.current()?.accessToken;
  return alone(async () => {
    const now = await owned();
    if (now.accessToken !== before) return now.accessToken;
    const response = await send("POST", "/login/refresh", { refreshToken: now.refreshToken });
    const after = await owned();
    if (after.refreshToken !== now.refreshToken) return after.accessToken;
    if (response.status === 401) return leave(true);
    const tokens = await read(response);
    session.keep(tokens);
    return tokens.accessToken;
  });
}

// Browsers have locks on secure pages only, as this one's own machine is.
const alone = (work) => (navigator.locks ? navigator.locks.request("clientflow.renewal", work) : work());
