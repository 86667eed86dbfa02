// One file on its way: with progress, and repeated under the same id where the connection breaks.
import { text } from "/static/language.js";

const TRIES = 4;

function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // without TLS, browsers offer no more
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [8, 4, 4, 4, 12]
    .reduce(([at, parts], size) => [at + size, [...parts, hex.slice(at, at + size)]], [0, []])[1]
    .join("-");
}

function once(address, file, progress) {
  return new Promise((done) => {
    const request = new XMLHttpRequest(); // fetch cannot tell how much was sent
    request.open("PUT", address);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = (event) => progress(event.loaded);
    request.onload = () => {
      let told = null;
      try {
        told = JSON.parse(request.responseText);
      } catch {
        told = {
          title: text("The answer was {status}", { status: request.status }),
          hint: text("Try again."),
        };
      }
      done(request.status < 300 ? { report: told } : { problem: told, again: request.status === 503 });
    };
    request.onerror = () => done({ again: true });
    request.send(file);
  });
}

/** Send the file; answers `{report}` or `{problem}`. `progress(bytes)` is called on the way. */
export async function send(file, progress) {
  const address = `/uploads/${newId()}?name=${encodeURIComponent(file.name)}`;
  let told = {};
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    told = await once(address, file, progress);
    if (!told.again) return told;
    await new Promise((done) => setTimeout(done, 1000 * 2 ** attempt));
  }
  return told.problem
    ? told
    : {
        problem: {
          title: text("The door does not answer"),
          hint: text("Check that campfill runs, and drop the file again."),
        },
      };
}
