/** An IPv4 block. `address` is the first of its addresses as an unsigned number. */
export interface Ipv4Block {
  readonly address: number;
  readonly prefix: number;
}

/** Reads `10.0.0.0/16`; `undefined` where the text is not an IPv4 block. Host bits may be set. */
export function parseIpv4Block(text: string): Ipv4Block | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  if (match === null) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, prefix = 0] = match.slice(1).map(Number);
  if ([a, b, c, d].some((octet) => octet > 255) || prefix > 32) return undefined;
  return { address: ((a * 256 + b) * 256 + c) * 256 + d, prefix };
}

/** Writes a block as text. */
export function formatIpv4Block({ address, prefix }: Ipv4Block): string {
  const octets = [24, 16, 8, 0].map((shift) => (address >>> shift) & 255);
  return `${octets.join('.')}/${prefix}`;
}

/** The block of the same length that `block`'s address lies in: the same, without host bits. */
export function networkOf({ address, prefix }: Ipv4Block): Ipv4Block {
  const size = 2 ** (32 - prefix);
  return { address: address - (address % size), prefix };
}

/** Ranges that are never routed on the internet. @see https://www.rfc-editor.org/rfc/rfc1918 */
const PRIVATE_RANGES = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'] as const;

export const PRIVATE_RANGES_TEXT = PRIVATE_RANGES.join(', ');

/** Whether a block lies in a private range as a whole. */
export function isPrivate(block: Ipv4Block): boolean {
  return PRIVATE_RANGES.some((text) => {
    const range = parseIpv4Block(text);
    return (
      range !== undefined &&
      block.prefix >= range.prefix &&
      networkOf({ address: block.address, prefix: range.prefix }).address === range.address
    );
  });
}
