import { LiveScreen } from '../../bin/live-screen';

const streamOf = (isTTY: boolean) => {
  const written: string[] = [];
  return { written, stream: { isTTY, columns: 10, rows: 5, write: (text: string) => written.push(text) } };
};

describe('a live screen', () => {
  it('writes each frame over the one before, in one write, and erases what was longer', () => {
    const { written, stream } = streamOf(true);
    const screen = new LiveScreen(stream);
    screen.show('one\ntwo\n');
    screen.show('1\n');
    screen.close();
    expect(written).toEqual([
      '\u001b[?25l\rone\u001b[K\ntwo\u001b[K\n\u001b[J',
      '\u001b[?25l\r\u001b[2A1\u001b[K\n\u001b[J',
      '\u001b[?25h',
    ]);
  });

  it('never shows a line that would wrap, nor more lines than there are', () => {
    const { written, stream } = streamOf(true);
    new LiveScreen(stream).show('0123456789\n01234567890\n\u001b[31m0123456789\u001b[39m\n4\n5\n6\n');
    const lines = written[0]?.split('\n') ?? [];
    expect(lines.map((line) => line.replace(/\u001b\[[?0-9]*[A-Za-z]|\r/g, ''))).toEqual([
      '0123456789',
      '012345678…',
      '0123456789',
      '4',
      '',
    ]);
  });

  it('puts frames one after the other where there is no terminal', () => {
    const { written, stream } = streamOf(false);
    const screen = new LiveScreen(stream);
    screen.show('one');
    screen.show('two');
    screen.close();
    expect(written).toEqual(['one\n', 'two\n']);
  });
});
