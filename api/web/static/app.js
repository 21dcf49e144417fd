// Preread's page script: progress, uploads, and the player. Every page works without it, except live progress and dropping files.
"use strict";

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const clock = (s) => { const t = Math.floor(s), h = Math.floor(t / 3600), m = Math.floor(t / 60) % 60, x = String(t % 60).padStart(2, "0"); return h ? `${h}:${String(m).padStart(2, "0")}:${x}` : `${m}:${x}`; };
const make = (tag, props = {}, ...children) => { const node = Object.assign(document.createElement(tag), props); node.append(...children); return node; };

// -- live progress (server-sent events) ------------------------------------------------------------------------------
function eta(seconds) {
  if (seconds === null || seconds === undefined) return "";
  return seconds < 60 ? `about ${Math.max(1, Math.round(seconds))} s left` : `about ${Math.round(seconds / 60)} min left`;
}

const KINDS = { import: "Reading a file", index: "Indexing the record", draft: "Drafting the pre-read", ask: "Looking for the answer", models: "Fetching a model" };
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

function nameOf(job) {
  const p = job.progress, kind = KINDS[job.kind] || job.kind;
  if (!p) return kind;
  if (job.kind === "draft") return p.total > 1 ? `${kind}: ${p.stage} (${Math.min(p.done + 1, p.total)} of ${p.total})` : `${kind}: ${p.stage}`;
  return capital(p.stage);
}

function showJob(job) {
  const line = make("div", { className: `job ${job.state}` });
  const left = job.state === "waiting" ? "waiting" : eta(job.progress && job.progress.eta_s);
  line.append(make("div", { className: "row between" }, make("span", { textContent: nameOf(job) }), make("span", { className: "soft small num nowrap", textContent: job.state === "failed" ? "" : left })));
  if (job.state === "failed" && job.error) line.append(make("div", { className: "small", textContent: job.error }));
  if (job.state === "running") {
    const bar = make("progress", { max: (job.progress && job.progress.total) || 1, ariaLabel: nameOf(job) });
    if (job.progress && job.progress.total > 0) bar.value = job.progress.done;
    line.append(bar);
  }
  return line;
}

// The page itself tells of a download that failed, until it is tried again.
const toldOf = (job) => $(`[data-job="${job.id}"]`);

// What runs in full; of what waits only how much, so that a mailbox does not fill the page.
function showJobs(jobs, known) {
  const failed = jobs.filter((j) => j.state === "failed" && known.has(j.id) && !toldOf(j));
  const running = jobs.filter((j) => j.state === "running"), waiting = jobs.filter((j) => j.state === "waiting");
  const lines = [...running, ...failed].map(showJob);
  if (waiting.length && !running.length) lines.push(showJob(waiting[waiting.length - 1]));
  const rest = running.length ? waiting.length : waiting.length - 1;
  if (rest > 0) lines.push(make("p", { className: "soft small", textContent: `${rest} more ${rest === 1 ? "step" : "steps"} after this` }));
  return lines;
}

let editing = false;
// A reload while a form is on its way would lose what it was sent for, or what the server says to it. Where no page comes of it, the
// page follows again after a while.
let leaving = false;
function leave() { leaving = true; setTimeout(() => { leaving = false; }, 30000); }
addEventListener("pageshow", () => { leaving = false; });
document.addEventListener("input", (e) => { if (e.target.matches("textarea, input[type=text]")) editing = true; });

function follow(box) {
  const known = new Map($$("[data-job]").map((notice) => [notice.dataset.job, notice.dataset.state]));
  const stream = new EventSource(box.dataset.follow);
  stream.addEventListener("jobs", (event) => {
    const jobs = JSON.parse(event.data);
    for (const j of jobs) if (j.state === "running" && toldOf(j)) toldOf(j).remove();
    box.replaceChildren(...showJobs(jobs, known));
    const finished = jobs.some((j) => (j.state === "done" || j.state === "failed") && known.has(j.id) && known.get(j.id) !== j.state);
    for (const j of jobs) known.set(j.id, j.state);
    // the page shows an older version than a draft has made by now (the evidence, while the wording goes on)
    const newer = box.dataset.version !== undefined && jobs.some((j) => j.kind === "draft" && Number(j.result_id || 0) > Number(box.dataset.version || 0));
    if (finished || newer) refresh(box);
  });
  stream.addEventListener("end", () => { stream.close(); });
}

function refresh(box) {
  if (leaving) return;
  if (editing || $("details.edit[open]")) {
    if (!$("#newer")) box.after(make("p", { id: "newer", className: "notice" }, "There is something newer on this page. ", make("a", { href: location.href, textContent: "Show it" })));
    return;
  }
  const place = scrollY;
  sessionStorage.setItem("scroll:" + location.pathname, String(place));
  location.reload();
}
{
  const key = "scroll:" + location.pathname, place = sessionStorage.getItem(key);
  if (place) { sessionStorage.removeItem(key); if (!location.hash) scrollTo(0, Number(place)); }
}
$$("[data-follow]").forEach(follow);

// -- what a draft would ask the LLM: told once the page is shown, for it takes seconds to find out ----------------------
async function tellPlan(box) {
  const trouble = (why) => box.replaceChildren(make("p", { className: "soft small", textContent: `What a draft would ask the LLM cannot be told: ${why}` }));
  try {
    const answer = await fetch(box.dataset.plan, { headers: { Accept: "text/html, application/json" } });
    if (!answer.ok) trouble((await answer.json()).error);
    else box.replaceChildren(...new DOMParser().parseFromString(await answer.text(), "text/html").body.childNodes);
  } catch { trouble("the server did not answer"); }
}
$$("[data-plan]").forEach(tellPlan);

// -- uploads ---------------------------------------------------------------------------------------------------------
async function filesOf(transfer) {
  const out = [];
  const walk = async (entry) => {
    if (entry.isFile) { out.push({ file: await new Promise((ok, no) => entry.file(ok, no)), path: entry.fullPath.replace(/^\//, "") }); return; }
    const reader = entry.createReader();
    for (;;) { const batch = await new Promise((ok, no) => reader.readEntries(ok, no)); if (!batch.length) break; for (const e of batch) await walk(e); }
  };
  const entries = [...transfer.items].map((i) => i.webkitGetAsEntry && i.webkitGetAsEntry()).filter(Boolean);
  if (entries.length) { for (const e of entries) await walk(e); return out; }
  return [...transfer.files].map((file) => ({ file, path: file.name }));
}

function send(url, item, list) {
  return new Promise((done) => {
    const state = make("span", { className: "soft", textContent: "0 %" }), line = make("li", {}, item.path + " ", state);
    list.append(line);
    const body = new FormData();
    body.append("file", item.file, item.file.name); body.append("path", item.path);
    const call = new XMLHttpRequest();
    call.open("POST", url); call.setRequestHeader("Accept", "application/json");
    call.upload.onprogress = (e) => { if (e.lengthComputable) state.textContent = e.loaded === e.total ? "taking it in …" : `${Math.floor(100 * e.loaded / e.total)} %`; };
    call.onload = () => { let reply = {}; try { reply = JSON.parse(call.responseText); } catch { /* not JSON: the status tells */ } const ok = call.status < 400; state.textContent = ok ? "taken" : reply.error || `not taken (${call.status})`; state.className = ok ? "soft" : "badge lost"; done({ ok, reply }); };
    call.onerror = () => { state.textContent = "the connection broke: drop it again"; state.className = "badge lost"; done({ ok: false, reply: {} }); };
    call.send(body);
  });
}

const read = (item) => /\.(eml|mbox|msg|ics|csv|tsv|xlsx?|json|vtt|srt|txt|docx|html?)$/i.test(item.path);

async function upload(zone, items) {
  const list = $(".uploads", zone);
  let url = zone.dataset.upload;
  if (!url) { // a new deal: named after the folder, else after the first file
    const first = items[0].path.split("/");
    const name = ($("input[name=name]", zone) || {}).value || (first.length > 1 ? first[0] : first[0].replace(/\.[^.]+$/, ""));
    const reply = await fetch(zone.dataset.create, { method: "POST", headers: { Accept: "application/json" }, body: new URLSearchParams({ name }) });
    const deal = await reply.json();
    if (!reply.ok) { list.append(make("li", { className: "badge lost", textContent: deal.error })); return; }
    url = deal.upload; zone.dataset.draft = deal.draft; zone.dataset.next = deal.page;
  }
  const results = [];
  items.sort((a, b) => read(b) - read(a)); // recordings last: mails and CRM rows tell which names will be heard
  for (const item of items) results.push(await send(url, item, list));
  if (results.some((r) => r.ok)) {
    await fetch(zone.dataset.draft, { method: "POST", headers: { Accept: "application/json" } });
    if (results.every((r) => r.ok) || zone.dataset.next) location.href = zone.dataset.next || location.href; else setTimeout(() => location.reload(), 4000);
  }
}

$$(".drop").forEach((zone) => {
  const input = $("input[type=file]", zone);
  zone.addEventListener("dragover", (e) => { e.preventDefault(); zone.classList.add("over"); });
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", async (e) => { e.preventDefault(); zone.classList.remove("over"); const items = await filesOf(e.dataTransfer); if (items.length) upload(zone, items); });
  input.addEventListener("change", () => { const items = [...input.files].map((file) => ({ file, path: file.webkitRelativePath || file.name })); if (items.length) upload(zone, items); });
});

// -- the player ------------------------------------------------------------------------------------------------------
const bar = $(".player"), audio = bar && $("audio", bar);
function play(url, start, label) {
  bar.hidden = false;
  $(".what", bar).textContent = label || "";
  const go = () => { audio.currentTime = start; audio.play().catch(() => {}); };
  if (audio.dataset.url !== url) { audio.dataset.url = url; audio.src = url; audio.addEventListener("loadedmetadata", go, { once: true }); audio.load(); } else go();
}
document.addEventListener("click", (e) => {
  const button = e.target.closest("[data-play]");
  if (!button || !bar) return;
  play(button.dataset.play, Number(button.dataset.start || 0), button.dataset.label);
});
if (audio) {
  $(".close", bar).addEventListener("click", () => { audio.pause(); bar.hidden = true; });
  const timed = () => $$(".utt[data-start]").map((node) => ({ node, start: Number(node.dataset.start) }));
  let spoken = timed(), now = null;
  document.addEventListener("transcript", () => { spoken = timed(); now = null; });  // its lines were replaced
  audio.addEventListener("timeupdate", () => {
    if (!spoken.length) return;
    let low = 0, high = spoken.length - 1;
    while (low < high) { const mid = (low + high + 1) >> 1; if (spoken[mid].start <= audio.currentTime + .05) low = mid; else high = mid - 1; }
    if (spoken[low].node === now) return;
    if (now) now.classList.remove("now");
    now = spoken[low].node; now.classList.add("now");
    const box = now.getBoundingClientRect();
    if (!audio.paused && (box.bottom > innerHeight - 90 || box.top < 70)) now.scrollIntoView({ block: "center" });
  });
  audio.addEventListener("error", () => { if (audio.src) $(".what", bar).textContent = "This recording cannot be played here; its words and times still stand."; });
}

// -- doubtful words: n and N, next and previous, or only their lines -----------------------------------------------------
const doubtbar = $("[data-doubts]");
if (doubtbar) {
  let at = -1;
  const jump = (step) => {
    const words = $$(".utt .doubt");
    if (!words.length) return;
    if (words[at]) words[at].classList.remove("now");
    at = at < 0 && step < 0 ? words.length - 1 : (at + step + words.length) % words.length;
    words[at].classList.add("now");
    words[at].scrollIntoView({ block: "center" });
  };
  doubtbar.addEventListener("click", (e) => { const button = e.target.closest("[data-doubt]"); if (button) jump(Number(button.dataset.doubt)); });
  $("[data-doubt-only]", doubtbar).addEventListener("change", (e) => {
    document.body.classList.toggle("unsure-only", e.target.checked);
    for (const head of $$(".speaker")) { // a name stays with its lines
      let line = head.nextElementSibling, kept = false;
      for (; line && !line.matches(".speaker"); line = line.nextElementSibling) kept ||= line.matches(".utt:not(.sure)");
      head.classList.toggle("sure", !kept);
    }
  });
  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || e.target.closest("input, textarea, select, [contenteditable]")) return;
    if (e.key === "n") jump(1); else if (e.key === "N") jump(-1);
  });
}

// -- confirm before what cannot be undone ------------------------------------------------------------------------------
document.addEventListener("submit", (e) => {
  const ask = e.target.dataset.confirm;
  if (ask && !confirm(ask)) e.preventDefault();
  editing = false;
  if (!e.defaultPrevented) leave();
});
