import { escapeHtml } from './escape-html';
import type { ProofReport, ProvenServer } from './proof-report';

const SERVICE_WIDTH = 150;
const GAP = 110;
const STORE_X = SERVICE_WIDTH + GAP;
const SERVER_WIDTH = 128;
const SERVER_HEIGHT = 46;
const SERVER_GAP = 8;
const PADDING = 16;
const SERVERS_A_ROW = 4;
const STORE_WIDTH = 2 * PADDING + SERVERS_A_ROW * SERVER_WIDTH + (SERVERS_A_ROW - 1) * SERVER_GAP;

interface Box {
  readonly name: string;
  readonly y: number;
  readonly height: number;
}

/** The tier as one picture: services on the left, stores with their servers on the right, a line for each right. */
export function renderTierPicture(report: ProofReport): string {
  const stores = layOutStores(report);
  const height = Math.max(...stores.map(({ y, height: own }) => y + own), 80) + PADDING;
  const services = Object.keys(report.services).map((name, index, all) => ({
    name,
    y: ((index + 0.5) * height) / all.length - 24,
    height: 48,
  }));
  const parts = [
    ...services.flatMap((service) => lines(report, service, stores)),
    ...services.map(renderService),
    ...stores.map((store) => renderStore(store, report)),
  ];
  const width = STORE_X + STORE_WIDTH;
  return `<svg class="picture" viewBox="0 0 ${width} ${height}" role="img" aria-label="services, stores and servers of the tier">${parts.join('')}</svg>`;
}

const serversOf = (report: ProofReport, store: string): readonly ProvenServer[] =>
  report.servers.filter((server) => server.store === store);

function layOutStores(report: ProofReport): readonly Box[] {
  let y = 0;
  return Object.keys(report.stores).map((name) => {
    const rows = Math.ceil(serversOf(report, name).length / SERVERS_A_ROW);
    const height = 44 + rows * (SERVER_HEIGHT + 10) + 6;
    const box = { name, y, height };
    y += height + PADDING;
    return box;
  });
}

function renderService({ name, y, height }: Box): string {
  return `<g><rect class="service" x="0.5" y="${y}" width="${SERVICE_WIDTH}" height="${height}" rx="8"/>
    <text x="${SERVICE_WIDTH / 2}" y="${y + height / 2 + 5}" text-anchor="middle">${escapeHtml(name)}</text></g>`;
}

/** A write is a full line, a read a dashed one; the word stands on the line. Each line meets the store at a height of its own. */
function lines(report: ProofReport, service: Box, stores: readonly Box[]): readonly string[] {
  return Object.entries(report.services[service.name]?.uses ?? {}).flatMap(([storeName, access]) => {
    const store = stores.find(({ name }) => name === storeName);
    if (store === undefined) return [];
    const users = Object.keys(report.services).filter((name) => report.services[name]?.uses[storeName] !== undefined);
    const from = service.y + service.height / 2;
    const to = store.y + (store.height * (users.indexOf(service.name) + 1)) / (users.length + 1);
    const middle = SERVICE_WIDTH + GAP / 2;
    const path = `M ${SERVICE_WIDTH} ${from} C ${middle} ${from}, ${middle} ${to}, ${STORE_X} ${to}`;
    return [
      `<path class="line ${access}" d="${path}"/>`,
      `<text class="access" x="${STORE_X - 8}" y="${to - 6}" text-anchor="end">${access}</text>`,
    ];
  });
}

function renderStore({ name, y, height }: Box, report: ProofReport): string {
  const runs = serversOf(report, name).length > 0;
  const kind = `${report.stores[name]?.kind ?? ''}${runs ? '' : ' · does not run here'}`;
  const servers = serversOf(report, name).map((server, index) => renderServer(server, index, y + 36));
  return `<g><rect class="store${runs ? '' : ' absent'}" x="${STORE_X}" y="${y + 0.5}" width="${STORE_WIDTH - 1}" height="${height - 1}" rx="10"/>
    <text class="name" x="${STORE_X + PADDING}" y="${y + 25}">${escapeHtml(name)}</text>
    <text class="kind" x="${STORE_X + STORE_WIDTH - PADDING}" y="${y + 25}" text-anchor="end">${escapeHtml(kind)}</text>
    ${servers.join('')}</g>`;
}

function renderServer(server: ProvenServer, index: number, top: number): string {
  const x = STORE_X + PADDING + (index % SERVERS_A_ROW) * (SERVER_WIDTH + SERVER_GAP);
  const y = top + Math.floor(index / SERVERS_A_ROW) * (SERVER_HEIGHT + 10);
  const lag =
    server.lagMs === undefined ? '' : ` · ${server.lagMs === 'unknown' ? 'lag unknown' : `${server.lagMs} ms`}`;
  return `<g><rect class="server ${server.isUp ? server.role : 'down'}" x="${x}" y="${y}" width="${SERVER_WIDTH}" height="${SERVER_HEIGHT}" rx="6"/>
    <text class="server-name" x="${x + 10}" y="${y + 19}">${escapeHtml(server.name)}</text>
    <text class="server-role" x="${x + 10}" y="${y + 36}">${server.isUp ? server.role : 'down'}${lag}</text></g>`;
}
