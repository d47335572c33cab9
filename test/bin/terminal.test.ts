import { stripVTControlCharacters } from 'node:util';
import { formatDuration, painterFor, Steps, type TerminalStream } from '../../bin/terminal';

/** A stream that keeps what was written. */
function capture(isTTY: boolean): TerminalStream & { readonly text: () => string } {
  let written = '';
  return { isTTY, columns: 80, write: (text) => (written += text), text: () => written };
}

describe('Steps', () => {
  it('writes one line a step where nobody watches, without colour and without progress', async () => {
    const stream = capture(false);
    const value = await new Steps(stream).run('up', async (now) => {
      now('7 servers are starting');
      return { value: 42, detail: 'primary, 2 replicas' };
    });
    expect(value).toBe(42);
    expect(stream.text()).toMatch(/^✓ up {6}primary, 2 replicas +\d+ ms\n$/);
  });

  it('shows what a step does now on a terminal, and replaces it by the outcome', async () => {
    const stream = capture(true);
    await new Steps(stream).run('up', async (now) => {
      now('7 servers are starting');
      return { value: undefined, detail: 'done' };
    });
    const [progress, outcome] = [stream.text().indexOf('7 servers are starting'), stream.text().indexOf('done')];
    expect(progress).toBeGreaterThan(0);
    expect(outcome).toBeGreaterThan(progress);
    expect(stream.text().slice(progress, outcome)).toContain('\r\u001b[2K');
  });

  it('never shows more than fits on one line of the terminal, whose beginning would stay behind', async () => {
    const stream = capture(true);
    const steps = new Steps(stream, painterFor(stream, {}));
    await steps.run('synth', async (now) => {
      now('x'.repeat(200));
      return { value: undefined, detail: '' };
    });
    const [shown = ''] = stream
      .text()
      .split('\r')
      .filter((line) => line.includes('x'));
    expect(stripVTControlCharacters(shown).length).toBe(79);
  });

  it('leaves nothing of what is only shown meanwhile, also where it fails', async () => {
    const [terminal, pipe] = [capture(true), capture(false)];
    const work = async (now: (text: string) => void): Promise<number> => {
      now('3 checks made');
      return 42;
    };
    expect(await new Steps(terminal, painterFor(terminal, { NO_COLOR: '1' })).during(work)).toBe(42);
    expect(terminal.text()).toBe('\r\u001b[2K… 3 checks made\r\u001b[2K');
    expect(await new Steps(pipe).during(work)).toBe(42);
    expect(pipe.text()).toBe('');
    const failure = new Error('lost');
    await expect(new Steps(terminal).during(() => Promise.reject(failure))).rejects.toBe(failure);
    expect(terminal.text()).toMatch(/\r\u001b\[2K$/);
  });

  it('shows a cross for a step whose outcome is bad, and for one that throws, whose error goes on', async () => {
    const stream = capture(false);
    const steps = new Steps(stream);
    await steps.run('smoke', async () => ({ value: undefined, detail: 'main 8/9', isGood: false }));
    const failure = new Error('no disk');
    await expect(steps.run('up', () => Promise.reject(failure))).rejects.toBe(failure);
    expect(stream.text()).toMatch(/^✗ smoke {3}main 8\/9 .*\n✗ up {6}failed\n$/);
  });
});

describe('painterFor', () => {
  it.each([
    ['a terminal', true, {}, true],
    ['a pipe', false, {}, false],
    ['a terminal with NO_COLOR', true, { NO_COLOR: '1' }, false],
    ['a dumb terminal', true, { TERM: 'dumb' }, false],
  ])('on %s', (_, isTTY, env, colours) => {
    expect(painterFor(capture(isTTY), env).red('x') !== 'x').toBe(colours);
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [1000, '1.0 s'],
    [62_340, '62.3 s'],
  ])('%d ms', (ms, text) => expect(formatDuration(ms)).toBe(text));
});
