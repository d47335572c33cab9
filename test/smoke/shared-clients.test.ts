import { SharedClients } from '../../lib/smoke/shared-clients';

/** What stands for a client of whatever kind: it is told apart by its number. */
class Line {
  static made = 0;
  readonly number = ++Line.made;
  isOpen = true;
}

const open = (): Promise<Line> => Promise.resolve(new Line());
const refused = (): Promise<Line> => Promise.reject(new Error('refused'));

let closed: number[];
let clients: SharedClients<Line>;
beforeEach(() => {
  closed = [];
  clients = new SharedClients({
    isOpen: (line) => line.isOpen,
    close: (line) => {
      closed.push(line.number);
      if (line.number % 2 === 0) throw new Error('gone already');
    },
  });
});

it('of a server are one, also for those who ask at once, and of two servers two', async () => {
  const [one, same, other] = await Promise.all([
    clients.of('primary', open),
    clients.of('primary', open),
    clients.of('r1', open),
  ]);
  expect(same).toBe(one);
  expect(other).not.toBe(one);
  expect(await clients.of('primary', open)).toBe(one);
});

it('are opened anew where one is lost, or could not be opened', async () => {
  const lost = await clients.of('primary', open);
  lost.isOpen = false;
  const next = await clients.of('primary', open);
  expect(next).not.toBe(lost);
  await expect(clients.of('r1', refused)).rejects.toThrow('refused');
  const known = await clients.of('r1', open);
  expect(await clients.of('r1', refused)).toBe(known);
});

it('are all closed at the end, whatever one of them says to it', async () => {
  const lines = await Promise.all(['primary', 'r1', 'r2'].map((server) => clients.of(server, open)));
  await expect(clients.of('r3', refused)).rejects.toThrow('refused');
  await clients.close();
  expect(closed.sort()).toEqual(lines.map(({ number }) => number).sort());
});
