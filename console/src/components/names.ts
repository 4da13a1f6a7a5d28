// As the server wants names that are part of an address.
const NAME = /^[^/\p{Cc}\s]([^/\p{Cc}]{0,62}[^/\p{Cc}\s])?$/u;

/** Why nothing that has an address of its own, such as a service or a user, can be called so; nothing is no name yet. */
export function nameProblem(name: string): string | null {
  if (name === "" || (NAME.test(name) && name !== "." && name !== "..")) {
    return null;
  }
  return "1 to 64 characters, without a slash; blanks only inside.";
}
