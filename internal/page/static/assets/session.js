// Who is signed in on this device. The tokens are in localStorage: all tabs share
// them, and they outlive a reload. Only scripts of this origin can read them there,
// and the pages' policy lets in no others.

const key = "clientflow.session";

/** current returns {accessToken, refreshToken, expiresAt}, or null when nobody is. */
export function current() {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

/** keep remembers the answer of a sign-in or a renewal. */
export function keep({ accessToken, refreshToken, expiresIn }) {
  const expiresAt = Date.now() + expiresIn * 1000;
  localStorage.setItem(key, JSON.stringify({ accessToken, refreshToken, expiresAt }));
}

/** forget forgets the tokens, in all tabs. */
export function forget() {
  localStorage.removeItem(key);
}

/** whose returns the userId of a session; "" for none. It is for telling users apart, and proves nothing. */
export function whose(session) {
  try {
    const claims = session.accessToken.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
    return JSON.parse(atob(claims)).sub;
  } catch {
    return "";
  }
}

/** onChange calls back when another tab signs in or out, and when the page comes back from the browser's history. */
export function onChange(callback) {
  addEventListener("storage", (event) => {
    if (event.key === key || event.key === null) callback(current());
  });
  addEventListener("pageshow", (event) => event.persisted && callback(current()));
}

/** signInAddress is where one signs in, to come to a page of ours. ended tells whether one was before. */
export const signInAddress = (ended, page) => "/?" + (ended ? "ended&" : "") + "next=" + encodeURIComponent(page) + "#sign-in";

/** wasEnded tells whether the way to the sign-in began with a session that had ended. */
export const wasEnded = () => new URLSearchParams(location.search).has("ended");

/** wanted returns the page of ours that a sign-in is to lead to. */
export function wanted() {
  const next = new URLSearchParams(location.search).get("next") ?? "";
  return /^\/(app|admin)(\/|\?|$)/.test(next) ? next : "/app";
}
