/** The style sheet of the report: light or dark as the reader's system, and for print. Line colours after Okabe and Ito, told apart by most eyes. */
export const STYLE = `
:root{--paper:#fff;--ink:#1b1f24;--faint:#56606a;--rule:#d5dae0;--soft:#f3f5f7;--bad:#b3261e;--good:#1a7f37;--focus:#c2185b;--link:#00609a;
--s0:#0072b2;--s1:#c75300;--s2:#008a63;--s3:#b5578f;--s4:#a06c00;--s5:#2f8fc4;--s6:#6a51a3;--s7:#444b52;color-scheme:light dark}
@media screen and (prefers-color-scheme:dark){:root{--paper:#14171a;--ink:#e6e9ec;--faint:#a3adb7;--rule:#3a424a;--soft:#1d2226;--bad:#ff8a80;--good:#6fdd8b;--focus:#ff80ab;--link:#7cc4f2;
--s0:#5ab4e8;--s1:#ff9950;--s2:#3fd0a4;--s3:#e79bc9;--s4:#f0bf4c;--s5:#9ad6f5;--s6:#b7a3ea;--s7:#c3c9cf}}
*{box-sizing:border-box}
html{scroll-padding-top:44px}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.45 system-ui,"Segoe UI","DejaVu Sans",sans-serif}
main{margin:0 auto;max-width:1440px;padding:0 20px 60px}
nav{position:sticky;top:0;z-index:2;display:flex;gap:2px 16px;overflow-x:auto;padding:7px max(20px,calc((100vw - 1400px)/2));background:var(--paper);border-bottom:1px solid var(--rule);font-size:13px;white-space:nowrap}
@media (max-width:700px){nav{position:static;flex-wrap:wrap}html{scroll-padding-top:8px}.first svg:not(.ramp){min-width:520px}}
nav a{text-decoration:none}nav a:hover{text-decoration:underline}
.skip{position:absolute;left:-999px}.skip:focus{left:8px;top:40px;z-index:3;padding:4px 8px;background:var(--paper)}
a{color:var(--link)}
:focus-visible{outline:2px solid var(--focus);outline-offset:2px}
h1{font-size:24px;margin:14px 0 2px;overflow-wrap:anywhere}h2{font-size:20px;margin:34px 0 10px;padding-bottom:4px;border-bottom:1px solid var(--rule)}h3{font-size:16px;margin:22px 0 6px}
.question{margin:0 0 10px;color:var(--faint);overflow-wrap:anywhere}
.first{display:grid;grid-template-columns:minmax(0,1fr);gap:16px 32px}
@media (min-width:960px){.first{grid-template-columns:minmax(0,5fr) minmax(0,6fr)}}
.answers{margin:0;padding:0;list-style:none}
.answers li{padding:7px 0 7px 12px;border-left:4px solid var(--faint);margin:0 0 8px;font-size:14px;overflow-wrap:anywhere}
.answers strong{font-size:15px}.answers .holds{border-color:var(--s0)}.answers .fails{border-color:var(--s1)}.answers .open{border-color:var(--rule)}
.note,figcaption{color:var(--faint);font-size:13px;margin:4px 0;overflow-wrap:anywhere}
.findings{list-style:none;padding:0;margin:0 0 10px}.findings li{padding:6px 12px;margin:6px 0;background:var(--soft);border-left:4px solid var(--faint);overflow-wrap:anywhere}
.findings .bad{border-color:var(--bad)}.findings .good{border-color:var(--good)}
.scroll{overflow-x:auto}
table{border-collapse:collapse;font-size:13px;font-variant-numeric:tabular-nums;margin:6px 0}
th,td{padding:3px 14px 3px 0;text-align:left;border-bottom:1px solid var(--rule);white-space:nowrap}
thead th{vertical-align:bottom;color:var(--faint);font-weight:600}
.facts td{white-space:normal;overflow-wrap:anywhere}.facts th{vertical-align:top;font-weight:600;color:var(--faint)}
pre{background:var(--soft);padding:10px;overflow-x:auto;font-size:12px}code{font:12.5px ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
summary{cursor:pointer;color:var(--faint);font-size:13px;padding:4px 0}summary h3{display:inline;color:var(--ink)}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,440px),1fr));gap:14px 24px}
figure{margin:0;min-width:0}.figures figure{max-width:520px}.figures figure.wide{grid-column:1/-1;max-width:none}
figure:not(.live) svg{display:block;width:100%;height:auto;font:11px system-ui,"Segoe UI","DejaVu Sans",sans-serif}
figure:not(.live) svg text{fill:var(--ink)}figure:not(.live) svg .label{fill:var(--faint);font-size:11.5px}svg .small{font-size:10.5px}
.grid{stroke:var(--rule);stroke-width:1}.axis{stroke:var(--faint);stroke-width:1}.goal{stroke:var(--ink);stroke-width:1.2;stroke-dasharray:4 3}
.line{fill:none;stroke-width:1.8}.band{opacity:.14;stroke:none}.error{stroke-width:1.4}
.spread{stroke:var(--s0);stroke-width:1;opacity:.7}.interval{stroke:var(--s1);stroke-width:4;opacity:.85}.dot{fill:var(--ink)}
.field{stroke:var(--paper);stroke-width:1}.thin{stroke-width:.25}
.alive [data-cell]{cursor:pointer}.chosen>.field{stroke:var(--focus);stroke-width:2.5}.chosen .dot{fill:var(--focus)}.faint{opacity:.2}
.legend{display:flex;flex-wrap:wrap;gap:2px 16px;margin:2px 0;font-size:12px}.legend span{display:inline-flex;align-items:center;gap:6px;overflow-wrap:anywhere}
.legend .swatch{width:26px;height:10px;flex:none}.legend .ramp{width:192px;height:10px;flex:none}.gradient{display:inline-block;width:160px;height:10px}
.alive .static{display:none}
.controls{display:flex;flex-wrap:wrap;gap:8px 14px;align-items:end;margin:0 0 8px}.controls label,.range{display:inline-flex;flex-direction:column;font-size:12px;color:var(--faint)}.range{flex-direction:row;gap:8px}
select,input,button{font:13px system-ui,"Segoe UI","DejaVu Sans",sans-serif;color:var(--ink);background:var(--paper);border:1px solid var(--faint);border-radius:4px;padding:4px 7px;min-height:28px;max-width:100%}
select{max-width:240px}input[type=number]{width:110px}input[type=range]{width:220px;padding:0;accent-color:var(--s0)}
button{cursor:pointer}button:hover,select:hover{background:var(--soft)}.chip{border-radius:14px;background:var(--soft)}
.buttons{display:flex;flex-wrap:wrap;gap:8px}
.said{margin:2px 0 6px;font-weight:600;overflow-wrap:anywhere}
.live-figures{display:flex;flex-wrap:wrap;gap:14px 24px}.live{max-width:100%}.live .title{font-weight:600;color:var(--ink)}.live svg{max-width:100%;--plot-background:var(--paper);background:transparent}
table.cells th button,table.cells td button{border:0;padding:0;min-height:24px;background:none;color:inherit;font:inherit;font-weight:600;text-align:left}table.cells td button{color:var(--link);font-weight:400;text-decoration:underline}
table.cells thead th{white-space:normal;min-width:64px}tr.chosen{background:var(--soft)}tr.chosen td:first-child{box-shadow:inset 3px 0 var(--focus);padding-left:8px}
.replay{padding-left:18px}.replay li{margin:4px 0}
@media print{main{max-width:none;padding:0}nav,.skip,.controls,.buttons,.replay button{display:none}body{font-size:10pt}.figures{grid-template-columns:1fr 1fr}figure,tr{break-inside:avoid}h2,h3{break-after:avoid}
.scroll{overflow:visible}table{font-size:7.5pt}th,td{white-space:normal;overflow-wrap:anywhere;padding-right:6px}.band,.field,.gradient{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`;
