/** The page's style sheet; the fonts come before it. */
export const style = `
:root {
  color-scheme: light dark;
  --page: #f4f6f8; --card: #ffffff; --text: #1c2430; --muted: #5b6675; --line: #dfe4ea; --code: #f0f3f6; --focus: #1f5fa8;
  --pass: #0d7048; --fail: #b4112a; --inconclusive: #80560a; --error: #6a359c; --warn: #80560a; --not-applicable: #5b6675;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0e1319; --card: #161c24; --text: #e6eaf0; --muted: #9aa6b5; --line: #2b3440; --code: #1f2731; --focus: #6cb0f5;
    --pass: #4fc78f; --fail: #ff7080; --inconclusive: #e8b44a; --error: #c9a0ea; --warn: #e8b44a; --not-applicable: #9aa6b5;
  }
}
@media print { :root { color-scheme: light; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 Inter, system-ui, sans-serif; font-feature-settings: "calt" 0; overflow-wrap: anywhere; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
.wide { max-width: 1120px; margin: 0 auto; padding: 0 20px; }

header { color: #fff; padding: 30px 0 34px; }
header.pass { background: #0d7048; } header.fail { background: #b4112a; }
header.inconclusive { background: #80560a; } header.error { background: #6a359c; }
header .verdict { display: flex; gap: 18px; align-items: center; }
header svg { flex: none; width: 60px; height: 60px; }
header h1 { margin: 0; font-size: 38px; line-height: 1.1; font-weight: 600; letter-spacing: -0.02em; }
header .name { margin: 0 0 2px; font-weight: 600; }
header .why { margin: 16px 0 0; font-size: 19px; line-height: 1.4; max-width: 62em; }
header ul { margin: 10px 0 0; padding-left: 20px; }
header .facts-line { margin: 14px 0 0; opacity: 0.92; font-size: 14px; }
header .known { margin: 14px 0 0; font-size: 14px; }
header .known p, header .known ul { margin: 0; }
header .note { margin: 14px 0 0; padding: 8px 12px; border: 1px solid rgba(255, 255, 255, 0.6); border-radius: 6px; font-weight: 600; }

main.wide { padding-top: 20px; padding-bottom: 16px; display: grid; grid-template-columns: minmax(0, 1fr); gap: 18px; }
section, .numbers { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 20px 22px; margin: 0; }
h2 { margin: 0 0 12px; font-size: 19px; font-weight: 600; letter-spacing: -0.01em; }
h3 { margin: 16px 0 6px; font-size: 15px; font-weight: 600; }
h2 + h3 { margin-top: 0; }
h4 { margin: 10px 0 2px; font-size: 13px; color: var(--muted); font-weight: 600; }
p { margin: 6px 0; }
.muted { color: var(--muted); }

.numbers { display: grid; grid-template-columns: repeat(5, minmax(0, 1fr)); gap: 16px 20px; }
.numbers dt { color: var(--muted); font-size: 13px; }
.numbers dd { margin: 0; }
.numbers .figure { font-size: 28px; line-height: 1.25; font-weight: 600; letter-spacing: -0.02em; font-variant-numeric: tabular-nums; }
.numbers .note { color: var(--muted); font-size: 13px; min-height: 1.5em; }
.numbers .bad .figure { color: var(--fail); }

.sentences { margin: 0; padding-left: 20px; }
.sentences li { margin: 4px 0; }

.badge { display: inline-block; padding: 1px 9px; border: 1px solid currentColor; border-radius: 999px; font-size: 13px; font-weight: 600; white-space: nowrap; }
.badge.pass { color: var(--pass); } .badge.fail { color: var(--fail); } .badge.inconclusive { color: var(--inconclusive); }
.badge.error { color: var(--error); } .badge.warn { color: var(--warn); } .badge.not-applicable { color: var(--not-applicable); }

.checks { list-style: none; margin: 0; padding: 0; }
.checks li { padding: 12px 0; border-top: 1px solid var(--line); }
.checks li:first-child { border-top: 0; padding-top: 0; }
.checks li:last-child { padding-bottom: 0; }
.check-head { display: flex; flex-wrap: wrap; gap: 4px 10px; align-items: center; }
.versus { display: flex; flex-wrap: wrap; gap: 4px 28px; margin: 8px 0 0; font-size: 14px; }
.versus div { display: flex; gap: 10px; min-width: 0; }
.versus dt { color: var(--muted); flex: none; }
.versus dd { margin: 0; }
section > details { margin-top: 14px; }
details > .checks { margin-top: 12px; }
summary { cursor: pointer; color: var(--muted); }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 13px; }
code { background: var(--code); padding: 1px 6px; border-radius: 4px; }
pre { background: var(--code); padding: 12px 14px; border-radius: 6px; overflow-x: auto; }

figure { margin: 0; }
figure + figure { margin-top: 22px; }
figcaption { font-weight: 600; }
.canvas { position: relative; width: 100%; }
canvas { display: block; }
figcaption span { font-weight: 400; color: var(--muted); margin-left: 8px; }
figure details { font-size: 14px; margin-top: 4px; }

.filter { display: flex; flex-wrap: wrap; gap: 8px 18px; margin-bottom: 4px; }
.filter label { display: flex; align-items: center; gap: 8px; color: var(--muted); max-width: 100%; }
select, input { font: inherit; font-size: 14px; color: var(--text); background: var(--card); border: 1px solid var(--muted); border-radius: 6px; padding: 4px 8px; min-width: 0; max-width: 240px; }

.scroll { overflow: auto; border: 1px solid var(--line); border-radius: 6px; }
.scroll.tall { max-height: 460px; }
table { border-collapse: collapse; width: 100%; font-size: 13px; }
th, td { padding: 6px 10px; text-align: left; vertical-align: top; border-top: 1px solid var(--line); overflow-wrap: normal; white-space: nowrap; max-width: 340px; overflow: hidden; text-overflow: ellipsis; }
th { position: sticky; top: 0; background: var(--code); border-top: 0; font-weight: 600; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
#steps td:last-child { white-space: normal; min-width: 180px; }

.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 4px 18px; margin: 0; font-size: 14px; }
.facts dt { color: var(--muted); }
.facts dd { margin: 0; }
footer.wide { color: var(--muted); font-size: 13px; padding-bottom: 40px; }

@media (max-width: 760px) {
  .numbers { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .wide { padding: 0 14px; }
  section, .numbers { padding: 16px 14px; }
  header { padding: 22px 0 24px; }
  header h1 { font-size: 30px; }
  header svg { width: 48px; height: 48px; }
  header .why { font-size: 17px; }
  .facts { grid-template-columns: minmax(0, 1fr); gap: 0; }
  .facts dd { margin-bottom: 8px; }
}
@media print {
  :root { --page: #fff; --card: #fff; --text: #000; --muted: #444; --line: #bbb; --code: #f4f4f4; --pass: #0d7048; --fail: #b4112a; --inconclusive: #80560a; --error: #6a359c; --warn: #80560a; --not-applicable: #444; }
  header { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  section, .numbers { border: 0; padding: 0; }
  figure, .checks li, tr { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  .filter, figure details { display: none; }
  .scroll, .scroll.tall { max-height: none; overflow: visible; border: 0; }
  th, td { white-space: normal; overflow-wrap: anywhere; padding: 3px 5px; font-size: 9px; }
}
`;
