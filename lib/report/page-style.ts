/** The page's looks, light and dark. Colour is never the only sign: marks and words say the same. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --text: #1c2430; --soft: #5b6776; --page: #f6f7f9; --card: #fff; --line: #dde2e8; --good: #1a7f4b; --bad: #b3261e; --primary: #1f5fbf; --replica: #4a86d8; --skip: #8a6d1a; }
@media (prefers-color-scheme: dark) { :root { --text: #e6eaf0; --soft: #9aa7b6; --page: #12161c; --card: #1b2129; --line: #2c3540; --good: #4cc38a; --bad: #ff8a80; --primary: #5b9bff; --replica: #7fb2ff; --skip: #d6b656; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1000px; margin: 0 auto; padding: 24px 20px 48px; }
header, section { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 18px 22px; margin-bottom: 20px; }
header { border-left: 6px solid var(--good); }
header.bad { border-left-color: var(--bad); }
h1 { margin: 0; font-size: 24px; }
h2 { margin: 0 0 10px; font-size: 18px; }
small { color: var(--soft); font-weight: normal; }
.verdict { margin: 2px 0 12px; font-size: 17px; color: var(--good); }
.bad .verdict { color: var(--bad); }
dl { display: flex; flex-wrap: wrap; gap: 8px 32px; margin: 0; }
dt { color: var(--soft); font-size: 13px; }
dd { margin: 0; font-variant-numeric: tabular-nums; }
table { width: 100%; border-collapse: collapse; }
th { text-align: left; color: var(--soft); font-weight: 500; font-size: 13px; }
th, td { padding: 6px 10px 6px 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
tr:last-child td { border-bottom: 0; }
code { color: var(--soft); font-size: 13px; }
.number { text-align: right; padding-right: 0; font-variant-numeric: tabular-nums; white-space: nowrap; }
th:nth-child(2), section td:nth-child(2) { min-width: 130px; }
.mark { width: 24px; font-weight: 700; }
.passed .mark { color: var(--good); } .failed .mark, .failed strong { color: var(--bad); } .skipped .mark { color: var(--skip); }
.fact { display: inline-block; margin-right: 10px; font-size: 13px; } .fact b { color: var(--soft); font-weight: 500; }
details { margin-top: 12px; } summary { cursor: pointer; }
footer { color: var(--soft); font-size: 13px; }
.picture { width: 100%; height: auto; margin: 4px 0 20px; font-size: 14px; }
.picture text { fill: var(--text); } .picture .kind, .picture .access, .picture .server-role { fill: var(--soft); font-size: 12px; }
.picture .name, .picture .server-name { font-weight: 600; }
.picture .service, .picture .store { fill: var(--card); stroke: var(--line); }
.picture .store.absent { stroke-dasharray: 4 3; } .picture .access { paint-order: stroke; stroke: var(--page); stroke-width: 5px; }
.picture .server { fill: none; stroke: var(--replica); } .picture .server.primary { stroke: var(--primary); stroke-width: 2; }
.picture .server.down { stroke: var(--bad); stroke-dasharray: 4 3; }
.picture .line { fill: none; stroke: var(--primary); stroke-width: 1.5; } .picture .line.read { stroke-dasharray: 5 4; stroke: var(--replica); }
.scroll { overflow-x: auto; }
.dashboard { display: block; width: 100%; min-width: 820px; height: auto; font-size: 12.5px; }
.dashboard text { fill: var(--text); } .dashboard .what { fill: var(--soft); } .dashboard .title { font-weight: 600; }
.dashboard .heading { font-size: 16px; font-weight: 700; }
.dashboard rect { fill: var(--page); stroke: var(--line); } .dashboard rect.text { fill: none; stroke-dasharray: 4 3; } .dashboard .state { fill: none; stroke: var(--good); }
.dashboard line { stroke: var(--replica); stroke-width: 3; } .dashboard line.number { stroke: var(--primary); stroke-dasharray: 3 2; }
`;
