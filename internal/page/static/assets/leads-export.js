// All leads as a file.

import { ask, Problem } from "./api.js";
import { one } from "./dom.js";
import { save } from "./save.js";
import { toast } from "./shell.js";
import { count } from "./text.js";

/**
 * exportLeads gets all leads as CSV, part by part, and saves them as one file. Each
 * part says where the next one is.
 */
export async function exportLeads() {
  const box = one("exporting");
  if (!box.hidden) return;
  const said = box.querySelector("span");
  const parts = [];
  let bytes = 0;
  let reader = null;
  let cancelled = false;
  const end = () => {
    box.hidden = true;
    one("export").focus();
  };
  box.querySelector("button").onclick = () => {
    cancelled = true;
    reader?.cancel();
    end();
  };
  box.hidden = false;
  said.textContent = "Exporting…";
  try {
    for (let path = "/leads/export"; path !== null && !cancelled;) {
      const response = await ask("GET", path);
      reader = response.body.getReader();
      for (let read = await next(reader); !read.done && !cancelled; read = await next(reader)) {
        parts.push(read.value);
        bytes += read.value.length;
        said.textContent = "Exporting: " + size(bytes) + " so far…";
      }
      path = whereNext(response.headers.get("link"));
    }
    if (cancelled) return;
    const name = "leads-" + new Date().toISOString().slice(0, 10) + ".csv";
    save(name, new Blob(parts, { type: "text/csv;charset=utf-8" }));
    toast("All leads are saved as " + name + ", " + size(bytes) + ".");
  } catch (error) {
    if (!(error.status >= 0)) throw error;
    if (!cancelled) toast(error.message);
  } finally {
    if (!cancelled) end();
  }
}

async function next(reader) {
  try {
    return await reader.read();
  } catch {
    throw new Problem(0, "The connection broke, and nothing was saved. Please try again.");
  }
}

const whereNext = (link) => link?.match(/^<(.*)>; rel="next"$/)?.[1] ?? null;

const size = (bytes) => (bytes < 1_000_000 ? count(Math.ceil(bytes / 1000)) + " kB" : count(Math.round(bytes / 100_000) / 10) + " MB");
