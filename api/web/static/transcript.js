// Correcting a transcript in place: click the words, or Enter on them; the player goes on.
"use strict";
(() => {
  const page = document;
  let open = null; // the editor, or the choice of a speaker, that is open
  const card = () => page.querySelector("#transcript");
  const stencil = (id) => page.querySelector(id).content.firstElementChild.cloneNode(true);
  const lineAt = (ordinal) => page.querySelector(`.said[data-n="${ordinal}"]`);
  const wordsOf = (line) => line.dataset.text;

  function prepare() {
    for (const line of page.querySelectorAll(".said")) {
      const both = line.querySelector(".both");
      if (both) line.after(both); // a mark, not part of what was said
      line.dataset.text = line.textContent.trim().replace(/\s+/g, " ");
      line.tabIndex = 0;
      line.title = "Click to correct";
    }
    for (const name of page.querySelectorAll(".speaker .name")) { name.tabIndex = 0; name.setAttribute("role", "button"); name.title = "Somebody else said this?"; }
  }

  // -- what the server knows ------------------------------------------------------------------------------------------
  async function send(fields, trouble) {
    const body = new URLSearchParams([["source", card().dataset.source], ...fields]);
    let reply = {}, ok = false;
    try {
      const answer = await fetch(card().dataset.edit, { method: "POST", headers: { Accept: "application/json" }, body });
      ok = answer.ok;
      reply = await answer.json();
    } catch { reply = { error: "the server cannot be reached: what you typed is still here" }; }
    if (!ok && trouble) { trouble.textContent = reply.error; trouble.hidden = false; }
    return ok;
  }

  async function show(focus) {
    const place = scrollY;
    let fresh = null;
    for (let tries = 0; tries < 3 && !fresh; tries += 1) { // a busy server may answer the second time
      if (tries) await new Promise((go) => setTimeout(go, 400 * tries));
      try {
        const answer = await fetch(location.href.split("#")[0]);
        if (answer.ok) fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      } catch { /* the next try, or the reload, tells */ }
    }
    if (!fresh || !fresh.querySelector("#transcript")) { location.reload(); return; } // what was typed is saved
    for (const id of ["#edits", "#transcript", "#voices", "#editor", "#whois", ".doubtbar"]) {
      const old = page.querySelector(id), now = fresh.querySelector(id);
      if (old && now) { if (id === "#voices") now.open = old.open; old.replaceWith(now); } else if (old && id === ".doubtbar") old.remove();
    }
    open = null;
    prepare();
    page.dispatchEvent(new Event("transcript"));
    scrollTo(0, place);
    const line = focus === undefined ? null : lineAt(focus);
    if (line) { line.focus({ preventScroll: true }); line.scrollIntoView({ block: "nearest" }); line.parentElement.classList.add("changed"); }
  }

  // -- the editor -----------------------------------------------------------------------------------------------------
  function close() {
    if (!open) return;
    open.form.remove();
    if (open.line) { open.line.hidden = false; open.line.focus({ preventScroll: true }); }
    open = null;
  }

  function caretAt(event, line) {
    if (!event || event.clientX === undefined) return null;
    const spot = page.caretPositionFromPoint ? page.caretPositionFromPoint(event.clientX, event.clientY) : null;
    const range = !spot && page.caretRangeFromPoint ? page.caretRangeFromPoint(event.clientX, event.clientY) : null;
    const node = spot ? spot.offsetNode : range && range.startContainer;
    if (!node || !line.contains(node)) return null;
    const before = page.createRange();
    before.setStart(line, 0);
    before.setEnd(node, spot ? spot.offset : range.startOffset);
    return before.toString().length;
  }

  function edit(line, event) {
    if (open && open.line === line) return;
    const caret = caretAt(event, line);
    close();
    const form = stencil("#editor"), text = form.elements.text;
    text.value = wordsOf(line);
    const turn = speakerOf(line);
    choose(form, turn.dataset.label, [line.dataset.n]);
    form.querySelector("[data-do=merge]").hidden = line.dataset.n === "0";
    line.hidden = true;
    line.after(form);
    open = { form, line };
    fit(text);
    text.focus({ preventScroll: true });
    text.setSelectionRange(caret ?? text.value.length, caret ?? text.value.length);
    form.scrollIntoView({ block: "nearest" });
  }

  const fit = (text) => { text.rows = 1; while (text.scrollHeight > text.clientHeight && text.rows < 14) text.rows += 1; };

  function speakerOf(line) {
    let node = line.closest(".utt");
    while (node && !node.matches(".speaker")) node = node.previousElementSibling;
    return node.querySelector(".name");
  }

  const seen = (line) => [["at", line.dataset.n], ["seen", wordsOf(line)]];
  const same = (text, line) => text.value.trim().replace(/\s+/g, " ") === wordsOf(line);

  /** What was typed is kept before the line is cut or joined. False where that did not work. */
  async function keep() {
    const { form, line } = open, text = form.elements.text;
    if (same(text, line)) return true;
    const ok = await send([...seen(line), ["action", "text"], ["text", text.value]], form.querySelector(".trouble"));
    if (ok) line.dataset.text = text.value.trim().replace(/\s+/g, " ");
    return ok;
  }

  async function save() {
    const { form, line } = open;
    if (same(form.elements.text, line)) { close(); return; }
    if (await keep()) await show(line.dataset.n);
  }

  async function split() {
    const { form, line } = open, text = form.elements.text;
    const head = text.value.slice(0, text.selectionStart), inside = /\S$/.test(head) && /^\S/.test(text.value.slice(text.selectionStart));
    const word = head.split(/\s+/).filter(Boolean).length - (inside ? 1 : 0); // a cursor within a word: before it
    if (await keep() && await send([...seen(line), ["action", "split"], ["word", word]], form.querySelector(".trouble"))) await show(Number(line.dataset.n) + 1);
  }

  async function merge() {
    const { form, line } = open;
    if (await keep() && await send([...seen(line), ["action", "merge"]], form.querySelector(".trouble"))) await show(Number(line.dataset.n) - 1);
  }

  /** A list of who may have said it; the choice is sent at once, a new name when it is typed. */
  function choose(form, label, ordinals) {
    const who = form.elements.who, named = form.elements.named, trouble = form.querySelector(".trouble");
    who.value = label;
    const first = lineAt(ordinals[0]);
    const give = async () => {
      if (open && open.form.elements.text && !await keep()) return;
      const fields = [...ordinals.map((n) => ["at", n]), ["seen", wordsOf(first)], ["action", "speaker"], ["who", who.value], ["named", named.value]];
      if (await send(fields, trouble)) await show(ordinals[0]);
    };
    who.addEventListener("change", () => {
      named.hidden = who.selectedOptions[0].dataset.new === undefined;
      if (named.hidden) { named.value = ""; give(); } else named.focus();
    });
    named.addEventListener("keydown", (e) => { if (e.key === "Enter") { e.preventDefault(); if (named.value.trim()) give(); } });
  }

  function whois(name) {
    close();
    const form = stencil("#whois");
    choose(form, name.dataset.label, name.dataset.at.split(" "));
    name.closest(".speaker").after(form);
    open = { form, line: null };
    form.elements.who.focus();
  }

  // -- mouse and keys -------------------------------------------------------------------------------------------------
  page.addEventListener("click", (e) => {
    if (!card() || !card().dataset.edit) return;
    const action = e.target.closest("[data-do]");
    if (action && open && open.form.contains(action)) { ({ split, merge, close })[action.dataset.do](); return; }
    const name = e.target.closest(".speaker .name[data-at]");
    if (name) { whois(name); return; }
    const line = e.target.closest(".said");
    if (line && card().contains(line) && String(getSelection()) === "") edit(line, e); // marked words are for copying
  });

  page.addEventListener("submit", async (e) => {
    if (e.target.matches("form.editor")) { e.preventDefault(); save(); return; }
    if (e.target.matches("form.whois")) { e.preventDefault(); return; }
    if (e.target.matches("[data-undo]")) {
      e.preventDefault();
      if (await send([["action", "undo"], ...(e.target.elements.edit ? [["edit", e.target.elements.edit.value]] : [])])) await show();
    }
  });

  page.addEventListener("input", (e) => { if (e.target.matches(".editor textarea")) fit(e.target); });

  page.addEventListener("keydown", async (e) => {
    if (!card() || !card().dataset.edit || e.isComposing) return;
    const text = e.target.closest(".editor textarea"), line = e.target.closest(".said"), name = e.target.closest(".speaker .name");
    if (e.key === "Escape" && open) { e.preventDefault(); close(); return; }
    if (text) {
      if (e.key === "Enter") { e.preventDefault(); if (e.ctrlKey || e.metaKey) split(); else save(); }
      else if (e.key === "Backspace" && text.selectionStart === 0 && text.selectionEnd === 0 && open.line.dataset.n !== "0") { e.preventDefault(); merge(); }
      return;
    }
    if (e.target.closest("input, select, button, textarea")) return;
    if (e.key === "Enter" && line) { e.preventDefault(); edit(line); }
    else if (e.key === "Enter" && name) { e.preventDefault(); whois(name); }
    else if ((e.key === "ArrowDown" || e.key === "ArrowUp") && line) {
      const next = lineAt(Number(line.dataset.n) + (e.key === "ArrowDown" ? 1 : -1));
      if (next) { e.preventDefault(); next.focus(); }
    } else if (e.key === "z" && (e.ctrlKey || e.metaKey) && !open) {
      const undo = page.querySelector(".editbar [data-undo]");
      if (undo) { e.preventDefault(); if (await send([["action", "undo"]])) await show(); }
    }
  });

  prepare();
})();
