/** The style sheet of the live page: light or dark as the reader's system. Colours of states are told apart by most eyes, and always have a word beside them. */
export const STYLE = `
:root{color-scheme:light dark;--paper:#fff;--ink:#1b1f24;--faint:#57606a;--rule:#d0d7de;--soft:#f4f6f8;--link:#0550ae;--bad:#a40e26;--warn:#7a4b00;--good:#116329;
--empty:#dde2e7;--waiting:#dde2e7;--running:#0072b2;--complete:#008a63;--failed:#c1121f;--stopped:#b27c00;--shared:#6a51a3}
@media (prefers-color-scheme:dark){:root{--paper:#14171a;--ink:#e6e9ec;--faint:#a3adb7;--rule:#3b434b;--soft:#1d2226;--link:#79b8ff;--bad:#ff8a80;--warn:#f0bf4c;--good:#6fdd8b;
--empty:#2f363d;--waiting:#2f363d;--running:#5ab4e8;--complete:#3fd0a4;--failed:#ff8a80;--stopped:#f0bf4c;--shared:#b7a3ea}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,"Segoe UI","DejaVu Sans",sans-serif}
[hidden]{display:none!important}
main{margin:0 auto;max-width:1720px;padding:20px clamp(12px,3vw,40px) 60px}main:focus{outline:none}
a{color:var(--link)}.skip{position:absolute;left:-9999px}.skip:focus{left:8px;top:8px;background:var(--paper);padding:6px 10px;z-index:1}
:focus-visible{outline:3px solid var(--link);outline-offset:1px}
h1{font-size:26px;line-height:1.25;margin:6px 0;overflow-wrap:anywhere}h2{font-size:19px;margin:30px 0 8px;padding-bottom:4px;border-bottom:1px solid var(--rule)}h3{font-size:15px;margin:20px 0 6px}
p{margin:6px 0}.note,figcaption,.scale{color:var(--faint);font-size:13.5px}.path,.reason{overflow-wrap:anywhere}
.reason,.notice{padding:7px 12px;background:var(--soft);border-left:4px solid var(--faint)}.notice{border-color:var(--bad)}
.old .progress,.old .maps,.old .runs,.old .columns{opacity:.55}
.badge{display:inline-block;padding:1px 9px;border-radius:10px;border:1.5px solid currentColor;font-size:13.5px;font-weight:600;white-space:nowrap}
.badge.running::before{content:"\\25B6\\00a0"}.badge.complete::before{content:"\\2713\\00a0"}.badge.dead::before,.badge.failed::before,.badge.unreadable::before{content:"\\2715\\00a0"}
.badge.stalled::before,.badge.waiting_for_disk::before{content:"!\\00a0"}.badge.stopped::before,.badge.part_done::before{content:"\\25A0\\00a0"}
.badge.complete,.badge.part_done{color:var(--good)}.badge.running{color:var(--link)}.badge.dead,.badge.failed,.badge.unreadable{color:var(--bad)}.badge.stalled,.badge.stopped,.badge.waiting_for_disk{color:var(--warn)}
.runs{list-style:none;padding:0;margin:14px 0;display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,420px),1fr));gap:12px}
.runs .reason{margin:6px 0}
.runs li{border:1px solid var(--rule);border-radius:6px;padding:10px 14px;min-width:0}.run-name{font-size:17px;font-weight:600;overflow-wrap:anywhere}
.run-bar,.progress{display:flex;align-items:center;gap:4px 12px;flex-wrap:wrap;margin:6px 0}.run-bar span:last-child{font-variant-numeric:tabular-nums}.progress strong{font-size:22px}
.bar{display:inline-block;flex:1 1 180px;height:12px;min-width:90px;background:var(--empty);border-radius:6px;overflow:hidden;vertical-align:middle}.bar-done{display:block;height:100%;background:var(--running)}
.controls{display:flex;flex-wrap:wrap;gap:8px 16px;margin:8px 0}.controls label{display:flex;flex-direction:column;font-size:12.5px;color:var(--faint);min-width:0;max-width:100%}
select,button{font:inherit;font-size:14px;color:var(--ink);background:var(--soft);border:1px solid var(--faint);border-radius:4px;padding:4px 8px;max-width:100%}button{cursor:pointer}
.maps{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,430px),1fr));gap:14px 28px}
figure{margin:6px 0;min-width:0}.scroll{overflow-x:auto}
table{border-collapse:separate;border-spacing:2px;font-size:13px;font-variant-numeric:tabular-nums}
.map table{width:100%;max-width:900px}.map th{font-weight:600;color:var(--faint);text-align:right;padding:2px 4px;white-space:nowrap;max-width:180px;overflow:hidden;text-overflow:ellipsis}.map thead th{text-align:center}.map tbody th{width:1%}
.y-name{color:var(--faint);font-size:13px;overflow-wrap:anywhere}.map thead td{padding:0}.map tbody td{height:30px;min-width:46px;text-align:center;cursor:pointer;border-radius:3px;background:var(--soft)}
.map table.many tbody td{min-width:7px;padding:0}.map table.many thead th{font-size:0;padding:0}.map tbody td.none{background:none;cursor:default}
.map tbody td[aria-selected=true]{outline:3px solid var(--ink);outline-offset:0}.map tbody td:focus-visible{outline:3px solid var(--link);outline-offset:1px}
.map tbody td.running{box-shadow:inset 0 0 0 2px var(--running)}.map tbody td.failed{box-shadow:inset 0 0 0 2px var(--failed)}
.x-name{text-align:center;color:var(--faint);font-size:13px;max-width:900px}.scale{display:flex;align-items:center;gap:8px;margin:4px 0}.ramp{display:inline-block;width:160px;height:11px;border-radius:2px}
.strip{display:block;width:100%;cursor:pointer}.legend{display:flex;flex-wrap:wrap;gap:4px 16px}.legend>span{display:inline-flex;align-items:center;gap:6px}
.swatch{width:12px;height:12px;display:inline-block}.swatch.waiting{background:var(--waiting)}.swatch.running{background:var(--running)}.swatch.complete{background:var(--complete)}.swatch.stopped{background:var(--stopped)}.swatch.failed{background:var(--failed)}
.detail{margin:10px 0;min-height:34px}.detail p{overflow-wrap:anywhere}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,430px),1fr));gap:0 28px}.columns>section{min-width:0}
.work{width:100%}.work th{text-align:left;font-weight:400;overflow-wrap:anywhere}.work td:nth-child(2){width:45%}.work .bar{width:100%}.numbers{text-align:right;white-space:nowrap}
.rates{display:block;width:100%;max-width:420px;height:60px;margin-top:8px}.rate-line{fill:none;stroke:var(--running);stroke-width:2;vector-effect:non-scaling-stroke}
dl{display:grid;grid-template-columns:max-content 1fr;gap:3px 16px;margin:6px 0}dt{color:var(--faint)}dd{margin:0;overflow-wrap:anywhere}
pre{background:var(--soft);padding:10px;overflow:auto;font-size:12.5px;max-height:340px;margin:6px 0}
code{font-size:13px;overflow-wrap:anywhere}.command{display:flex;gap:10px;align-items:center;flex-wrap:wrap;margin:6px 0}.command code{background:var(--soft);padding:4px 8px}
@media (max-width:480px){dl{grid-template-columns:1fr}dd{margin-bottom:6px}h1{font-size:21px}.map tbody td{min-width:40px;font-size:12px}}
@media (prefers-reduced-motion:no-preference){.bar-done{transition:width .4s}}
`;
