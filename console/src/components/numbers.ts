const FORMAT = new Intl.NumberFormat("en-US");

/** A number as people read it: 12,000. */
export function numeral(number: number): string {
  return FORMAT.format(number);
}

/** Such as 1 callback, 12,000 callbacks. */
export function counted(number: number, one: string, many = `${one}s`): string {
  return `${numeral(number)} ${number === 1 ? one : many}`;
}

/** How many a list has in all: 10,000+ where the server stopped counting. */
export function totalName(total: number, isExact: boolean): string {
  return isExact ? numeral(total) : `${numeral(total - 1)}+`;
}
