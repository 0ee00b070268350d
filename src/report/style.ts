/** The style sheet of the report: light or dark as the reader's system, and for print. Line colours after Okabe and Ito, told apart by most eyes. */
export const STYLE = `
:root{--paper:#fff;--ink:#1b1f24;--faint:#5b6570;--rule:#d9dee3;--soft:#f4f6f8;--bad:#b3261e;--good:#1a7f37;
--s0:#0072b2;--s1:#d55e00;--s2:#008a63;--s3:#b5578f;--s4:#b27c00;--s5:#2f8fc4;--s6:#6a51a3;--s7:#444b52;color-scheme:light dark}
@media screen and (prefers-color-scheme:dark){:root{--paper:#14171a;--ink:#e6e9ec;--faint:#9aa4ae;--rule:#343b42;--soft:#1d2226;--bad:#ff8a80;--good:#6fdd8b;
--s0:#5ab4e8;--s1:#ff9950;--s2:#3fd0a4;--s3:#e79bc9;--s4:#f0bf4c;--s5:#9ad6f5;--s6:#b7a3ea;--s7:#c3c9cf}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1160px;padding:24px 20px 60px;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,"Segoe UI","DejaVu Sans",sans-serif}
h1{font-size:26px;margin:0 0 12px;overflow-wrap:anywhere}h2{font-size:20px;margin:36px 0 10px;padding-bottom:4px;border-bottom:1px solid var(--rule)}h3{font-size:16px;margin:26px 0 6px}
a{color:var(--s0)}
.note,figcaption{color:var(--faint);font-size:13px;margin:4px 0}
.findings{list-style:none;padding:0;margin:0}.findings li{padding:7px 12px;margin:6px 0;background:var(--soft);border-left:4px solid var(--faint);overflow-wrap:anywhere}
.findings .bad{border-color:var(--bad)}.findings .good{border-color:var(--good)}
.scroll{overflow-x:auto}
table{border-collapse:collapse;font-size:12.5px;font-variant-numeric:tabular-nums;margin:6px 0}
th,td{padding:3px 10px 3px 0;text-align:left;border-bottom:1px solid var(--rule);white-space:nowrap;max-width:360px;overflow:hidden;text-overflow:ellipsis}
thead th{vertical-align:bottom;color:var(--faint);font-weight:600}
.facts td{white-space:normal;overflow-wrap:anywhere;max-width:none}.facts th{vertical-align:top;font-weight:600;color:var(--faint)}
pre{background:var(--soft);padding:10px;overflow-x:auto;font-size:12px}
summary{cursor:pointer;color:var(--faint);font-size:13px}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,440px),1fr));gap:14px 24px}
figure{margin:0;min-width:0;max-width:560px}figure.wide{grid-column:1/-1;max-width:none}
svg{display:block;width:100%;height:auto;font:11px system-ui,"Segoe UI","DejaVu Sans",sans-serif}
svg text{fill:var(--ink)}svg .label{fill:var(--faint);font-size:11.5px}svg .small{font-size:10.5px}
.grid{stroke:var(--rule);stroke-width:1}.axis{stroke:var(--faint);stroke-width:1}
.line{fill:none;stroke-width:1.8}.band{opacity:.14;stroke:none}.error{stroke-width:1.4}
.spread{stroke:var(--s0);stroke-width:1;opacity:.7}.interval{stroke:var(--s1);stroke-width:4;opacity:.85}.dot{fill:var(--ink)}
.field{stroke:var(--paper);stroke-width:1}
.legend{display:flex;flex-wrap:wrap;gap:2px 16px;margin:2px 0;font-size:12px}.legend span{display:inline-flex;align-items:center;gap:6px;overflow-wrap:anywhere}
.legend .swatch{width:26px;height:10px;flex:none}
@media print{body{max-width:none;padding:0;font-size:10pt}.figures{grid-template-columns:1fr 1fr}figure,tr{break-inside:avoid}h2,h3{break-after:avoid}
.scroll{overflow:visible}table{font-size:7.5pt}th,td{white-space:normal;overflow-wrap:anywhere;padding-right:6px}.band,.field{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`;
