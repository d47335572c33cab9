import { COLUMNS, type LineOptions, type MetricLine, type Widget } from '../watch';
import { escapeHtml } from './escape-html';

const COLUMN = 44;
const ROW = 30;
const GAP = 4;
/** Of the page's font at the picture's size, on the wide side. */
const CHARACTER = 7;
const LINE = 16;
/** Where what is in a widget begins, under its title. */
const TOP = 26;

/** The layout of a CloudWatch dashboard as a picture: what stands where, and what each line is of. It has no data: that is the account's. */
export function renderDashboardPicture(widgets: readonly Widget[]): string {
  const height = Math.max(0, ...widgets.map((widget) => widget.y + widget.height)) * ROW;
  return `<div class="scroll"><svg class="dashboard" viewBox="0 0 ${COLUMNS * COLUMN} ${height}" role="img" aria-label="layout of the dashboard">${widgets.map(renderWidget).join('')}</svg></div>`;
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function renderWidget(widget: Widget): string {
  const box: Box = {
    x: widget.x * COLUMN,
    y: widget.y * ROW,
    width: widget.width * COLUMN - GAP,
    height: widget.height * ROW - GAP,
  };
  if (widget.type === 'text') return renderText(widget, box);
  const room = Math.floor((box.width - 16) / CHARACTER);
  const title = line('title', box.x + 8, box.y + 17, widget.properties.title ?? '', room);
  const content = widget.type === 'alarm' ? renderAlarms(widget, box) : renderLines(widget, box);
  return `<g><rect class="${widget.type}" x="${box.x}" y="${box.y}" width="${box.width}" height="${box.height}" rx="5"/>${title}${content}</g>`;
}

/** A heading, a line, or a box that says what there is not. */
function renderText({ height, properties: { markdown = '' } }: Widget, { x, y, width, height: high }: Box): string {
  const heading = /^#+ (.*)$/.exec(markdown)?.[1];
  if (heading !== undefined) return `<text class="heading" x="${x + 2}" y="${y + 20}">${escapeHtml(heading)}</text>`;
  const room = Math.floor((width - 16) / CHARACTER);
  if (height === 1) return line('what', x + 2, y + 18, markdown, room);
  const [title = '', ...text] = markdown.replaceAll('**', '').split('\n\n');
  const lines = wrapped(text.join(' '), room).map((one, at) =>
    line('what', x + 8, y + TOP + 10 + at * LINE, one, room),
  );
  return `<g><rect class="text" x="${x}" y="${y}" width="${width}" height="${high}" rx="5"/>${line('title', x + 8, y + 17, title, room)}${lines.join('')}</g>`;
}

function wrapped(text: string, room: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < room) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Marks or labels below each other, in as many columns as they need; those beyond the last row are counted. */
function grid(
  labels: readonly string[],
  { x, y, width, height }: Box,
  mark: (x: number, y: number) => string,
): string | undefined {
  const rows = Math.max(1, Math.floor((height - TOP - 4) / LINE));
  const columns = Math.ceil(labels.length / rows);
  const wide = (width - 16) / columns;
  const room = Math.floor((wide - 22) / CHARACTER);
  const longest = Math.max(...labels.map(({ length }) => length));
  if (columns > 1 && longest > room) return undefined;
  return labels
    .map((label, index) => {
      const [left, at] = [x + 8 + Math.floor(index / rows) * wide, y + TOP + (index % rows) * LINE];
      return `${mark(left, at)}${line('what', left + 18, at + 10, label, room)}`;
    })
    .join('');
}

const STATE_SIDE = 15;

/** Alarms by their names, or, where these are too many, a mark each. */
function renderAlarms({ properties: { alarms = [] } }: Widget, box: Box): string {
  const names = alarms.map((arn) => arn.replace(/^.*:alarm:/, ''));
  const state = (x: number, y: number): string =>
    `<rect class="state" x="${x}" y="${y}" width="11" height="11" rx="2"/>`;
  const named = grid(names, box, state) ?? grid(withoutPrefix(names), box, state);
  if (named !== undefined) return named;
  const aRow = Math.floor((box.width - 16) / STATE_SIDE);
  const rows = Math.floor((box.height - TOP - 4) / STATE_SIDE);
  return names
    .slice(0, aRow * rows)
    .map((name, index) => {
      const [x, y] = [box.x + 8 + (index % aRow) * STATE_SIDE, box.y + TOP + Math.floor(index / aRow) * STATE_SIDE];
      return `<rect class="state" x="${x}" y="${y}" width="11" height="11" rx="2"><title>${escapeHtml(name)}</title></rect>`;
    })
    .join('');
}

/** Names without the words that all of them begin with. */
function withoutPrefix(names: readonly string[]): readonly string[] {
  const words = names.map((name) => name.split('-'));
  const [first = []] = words;
  const differs = first.findIndex((word, index) => words.some((other) => other[index] !== word));
  return words.map((each) => each.slice(Math.max(0, differs)).join('-'));
}

/** What each line is of, as many as fit. */
function renderLines({ properties: { metrics = [], view } }: Widget, box: Box): string {
  const labels = metrics
    .map(optionsOf)
    .filter(({ visible }) => visible !== false)
    .map(({ label = '' }) => (label.startsWith('${PROP') ? 'a line a shard' : label));
  if (labels.length === 0) return '';
  const mark = (x: number, y: number): string =>
    `<line class="${view === 'singleValue' ? 'number' : 'series'}" x1="${x}" x2="${x + 12}" y1="${y + 6}" y2="${y + 6}"/>`;
  const whole = grid(labels, box, mark);
  if (whole !== undefined) return whole;
  const fits = Math.max(1, Math.floor((box.height - TOP - 4) / LINE));
  const shown = [...labels.slice(0, fits - 1), `and ${labels.length - fits + 1} more lines`];
  return grid(shown, box, mark) ?? '';
}

const optionsOf = (metric: MetricLine): LineOptions => (metric.at(-1) as LineOptions | undefined) ?? {};

function line(className: string, x: number, y: number, text: string, room: number): string {
  const cut = text.length > room ? `${text.slice(0, Math.max(0, room - 1))}…` : text;
  return `<text class="${className}" x="${Math.round(x)}" y="${y}">${escapeHtml(cut)}</text>`;
}
