"""Style and script of the HTML report: kept apart from what fills the page."""

STYLE = """
:root{--bad:#c62828;--fair:#b26a00;--good:#2e7d32;--note:#1565c0;--dim:#666;--line:#ddd;--back:#fff;--code:#f6f6f6;--fore:#222}
@media(prefers-color-scheme:dark){:root{--bad:#ef5350;--fair:#ffb74d;--good:#81c784;--note:#64b5f6;--dim:#9a9a9a;
--line:#3a3a3a;--back:#1b1b1b;--code:#262626;--fore:#e4e4e4}}
*{box-sizing:border-box}
body{margin:0;font:15px/1.45 system-ui,sans-serif;background:var(--back);color:var(--fore)}
header{display:flex;gap:1.5rem;align-items:center;padding:1.2rem 2rem;border-bottom:1px solid var(--line)}
h1{margin:0;font-size:1.4rem}h2{font-size:1.1rem;margin:.2rem 0 .6rem}h3{font-size:1rem;margin:.1rem 0 .5rem;
font-weight:400}
header p{margin:.2rem 0}main{max-width:70rem;margin:0 auto;padding:1rem 2rem}footer{padding:1rem 2rem;color:var(--dim)}
.score{font-size:2.2rem;font-weight:700;min-width:5rem;text-align:center;border:3px solid;border-radius:.6rem;
padding:.4rem}
.score.good{color:var(--good)}.score.fair{color:var(--fair)}.score.bad{color:var(--bad)}.dim{color:var(--dim)}
form{position:sticky;top:0;background:var(--back);display:flex;flex-wrap:wrap;gap:.8rem;align-items:center;
padding:.6rem 0;border-bottom:1px solid var(--line);margin-bottom:1rem;z-index:1}
fieldset{border:1px solid var(--line);border-radius:.4rem}select{max-width:18rem}
.finding,.box{border:1px solid var(--line);border-radius:.5rem;padding:.8rem 1rem;margin:0 0 1rem}
.finding{border-left-width:5px}.finding[hidden]{display:none}
.finding.critical{border-left-color:var(--bad)}.finding.important{border-left-color:var(--fair)}
.finding.minor{border-left-color:var(--note)}
.tag,.dot{font-size:.75rem;border-radius:.3rem;padding:.05rem .4rem;color:#fff;text-decoration:none}
.tag.critical,.dot.critical{background:var(--bad)}.tag.important,.dot.important{background:var(--fair)}
.tag.minor,.dot.minor{background:var(--note)}
pre,code{font:13px/1.4 ui-monospace,monospace;background:var(--code);border-radius:.3rem}code{padding:0 .2rem}
pre{padding:.5rem .7rem;overflow-x:auto;margin:.4rem 0;white-space:pre}
.source span,.patch span{display:block}.source i{display:inline-block;width:3.5rem;color:var(--dim);font-style:normal;
user-select:none}.source .hit{background:rgba(255,160,0,.18)}
.patch .old{color:var(--bad)}.patch .new{color:var(--good)}
.chain{border-left:3px solid var(--note);margin-left:.5rem;padding-left:2rem}.step{margin:.1rem 0 .4rem}
.map{list-style:none;padding-left:1.1rem;margin:.2rem 0}.map li{margin:.15rem 0}
.method{font-weight:700;font-size:.8rem}.guard{color:var(--good)}
"""

SCRIPT = """
(function () {
  "use strict";
  var form = document.getElementById("filters");
  var found = Array.prototype.slice.call(document.querySelectorAll("article.finding"));
  function wanted() {
    var data = new FormData(form);
    return {severity: data.getAll("severity"), family: data.get("family"), file: data.get("file"),
      text: (data.get("text") || "").toLowerCase(), changed: data.get("changed")};
  }
  function apply() {
    var want = wanted(), shown = 0;
    found.forEach(function (each) {
      var has = each.dataset;
      var fits = want.severity.indexOf(has.severity) >= 0 && (!want.family || want.family === has.family) &&
        (!want.file || want.file === has.file) && (!want.changed || has.changed === "yes") &&
        (!want.text || each.textContent.toLowerCase().indexOf(want.text) >= 0);
      each.hidden = !fits;
      shown += fits ? 1 : 0;
    });
    document.getElementById("shown").textContent = shown + " of " + found.length + " findings";
  }
  function remember() {
    var want = wanted(), parts = new URLSearchParams();
    if (want.severity.length < 3) { parts.set("severity", want.severity.join(",")); }
    ["family", "file", "text", "changed"].forEach(function (key) { if (want[key]) { parts.set(key, want[key]); } });
    history.replaceState(null, "", "#" + parts.toString());
  }
  function restore() {
    if (location.hash.indexOf("=") < 0) { return; }
    var parts = new URLSearchParams(location.hash.slice(1));
    if (parts.has("severity")) {
      var chosen = parts.get("severity").split(",");
      form.querySelectorAll("[name=severity]").forEach(function (box) {
        box.checked = chosen.indexOf(box.value) >= 0;
      });
    }
    ["family", "file", "text"].forEach(function (key) {
      if (parts.has(key)) { form.elements[key].value = parts.get(key); }
    });
    if (form.elements.changed) { form.elements.changed.checked = parts.get("changed") === "yes"; }
  }
  function changed() { apply(); remember(); }
  form.addEventListener("input", changed);
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  window.addEventListener("hashchange", function () {
    var target = /^#f\\d+$/.test(location.hash) && document.getElementById(location.hash.slice(1));
    if (target && target.hidden) { form.reset(); apply(); target.scrollIntoView(); }
  });
  restore();
  apply();
})();
"""
