import { COLUMNS, type ShownTier, type Tile, type Widget } from './dashboard-widget';

type Size = Pick<Tile, 'width' | 'height'>;

/** Alarms that one widget shows. @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
const ALARMS_A_WIDGET = 100;

export const textTile = (markdown: string, size: Size): Tile => ({ type: 'text', ...size, properties: { markdown } });

/** A line of its own. */
export const headingTile = (markdown: string): Tile => textTile(markdown, { width: COLUMNS, height: 1 });

export const alarmsTile = (title: string, names: readonly string[], { alarmArn }: ShownTier, size: Size): Tile => ({
  type: 'alarm',
  ...size,
  properties: { title, alarms: names.map(alarmArn) },
});

/** Alarms in rows of their own, as many as a widget takes in each. */
export function alarmRows(title: string, names: readonly string[], shown: ShownTier): readonly (readonly Tile[])[] {
  const groups = Array.from({ length: Math.ceil(names.length / ALARMS_A_WIDGET) }, (_, index) =>
    names.slice(index * ALARMS_A_WIDGET, (index + 1) * ALARMS_A_WIDGET),
  );
  return groups.map((group, index) => [
    alarmsTile(`${title}${groups.length > 1 ? ` ${index + 1}` : ''}`, group, shown, {
      width: COLUMNS,
      height: 1 + Math.ceil(group.length / 6),
    }),
  ]);
}

/** Rows below each other, tiles beside each other, as many as fit. */
export function placed(rows: readonly (readonly Tile[])[]): readonly Widget[] {
  const widgets: Widget[] = [];
  let y = 0;
  for (const row of rows) {
    let [x, height] = [0, 0];
    for (const tile of row) {
      if (x + tile.width > COLUMNS) {
        y += height;
        [x, height] = [0, 0];
      }
      widgets.push({ ...tile, x, y });
      x += tile.width;
      height = Math.max(height, tile.height);
    }
    y += height;
  }
  return widgets;
}
