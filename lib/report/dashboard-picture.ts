import { COLUMNS, type LineOptions, type MetricLine, type Widget } from '../watch';
import { escapeHtml } from './escape-html';

const COLUMN = 44;
const ROW = 30;
const GAP = 4;
const CHARACTER = 6.6;

/** The layout of a CloudWatch dashboard as a picture: what stands where, and what each line is of. It has no data: that is the account's. */
export function renderDashboardPicture(widgets: readonly Widget[]): string {
  const height = Math.max(0, ...widgets.map((widget) => widget.y + widget.height)) * ROW;
  return `<svg class="dashboard" viewBox="0 0 ${COLUMNS * COLUMN} ${height}" role="img" aria-label="layout of the dashboard">${widgets.map(renderWidget).join('')}</svg>`;
}

function renderWidget(widget: Widget): string {
  const [x, y] = [widget.x * COLUMN, widget.y * ROW];
  const [width, height] = [widget.width * COLUMN - GAP, widget.height * ROW - GAP];
  if (widget.type === 'text') {
    const heading = (widget.properties.markdown ?? '').replace(/^#+ /, '');
    return `<text class="heading" x="${x + 2}" y="${y + 20}">${escapeHtml(heading)}</text>`;
  }
  const room = Math.floor((width - 16) / CHARACTER);
  const title = line('title', x + 8, y + 17, widget.properties.title ?? '', room);
  const content = widget.type === 'alarm' ? renderAlarms(widget, x, y) : renderLines(widget, x, y, room);
  return `<g><rect class="${widget.type}" x="${x}" y="${y}" width="${width}" height="${height}" rx="5"/>${title}${content}</g>`;
}

/** A mark for each alarm, as many as the widget has room for. */
function renderAlarms({ width, height, properties: { alarms = [] } }: Widget, x: number, y: number): string {
  const names = alarms.map((arn) => arn.replace(/^.*:alarm:/, ''));
  const [side, top] = [15, 26];
  const aRow = Math.floor((width * COLUMN - 16) / side);
  const rows = Math.floor((height * ROW - top - 8) / side);
  // A few have room for their names.
  if (names.length <= (height * ROW - top) / 18) {
    return names
      .map((name, index) => {
        const at = y + top + index * 18;
        const room = Math.floor((width * COLUMN - 40) / CHARACTER);
        return `<rect class="state" x="${x + 8}" y="${at}" width="11" height="11" rx="2"/>${line('what', x + 24, at + 10, name, room)}`;
      })
      .join('');
  }
  return names
    .slice(0, aRow * rows)
    .map((name, index) => {
      const [left, down] = [x + 8 + (index % aRow) * side, y + top + Math.floor(index / aRow) * side];
      return `<rect class="state" x="${left}" y="${down}" width="11" height="11" rx="2"><title>${escapeHtml(name)}</title></rect>`;
    })
    .join('');
}

/** What each line is of, as many as fit. */
function renderLines(
  { height, properties: { metrics = [], view } }: Widget,
  x: number,
  y: number,
  room: number,
): string {
  const labels = metrics
    .map(optionsOf)
    .filter(({ visible }) => visible !== false)
    .map(({ label }) => label ?? '');
  const fits = Math.max(1, Math.floor((height * ROW - 34) / 15));
  const shown =
    labels.length > fits ? [...labels.slice(0, fits - 1), `and ${labels.length - fits + 1} more lines`] : labels;
  return shown
    .map((label, index) => {
      const at = y + 34 + index * 15;
      const mark = `<line class="${view === 'singleValue' ? 'number' : 'series'}" x1="${x + 8}" x2="${x + 20}" y1="${at - 4}" y2="${at - 4}"/>`;
      return `${mark}${line('what', x + 26, at, label, room - 3)}`;
    })
    .join('');
}

const optionsOf = (metric: MetricLine): LineOptions => (metric.at(-1) as LineOptions | undefined) ?? {};

function line(className: string, x: number, y: number, text: string, room: number): string {
  const cut = text.length > room ? `${text.slice(0, Math.max(0, room - 1))}…` : text;
  return `<text class="${className}" x="${x}" y="${y}">${escapeHtml(cut)}</text>`;
}
