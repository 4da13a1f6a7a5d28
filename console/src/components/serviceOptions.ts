import { useSession } from "../api/session";

/** The services that one is given, to be chosen from. `also`: names that stay, although they are none of these. */
export function useServiceOptions(also: readonly string[] = []): { value: string; label: string }[] {
  const { services } = useSession();
  const options = services.map(({ name, display_name: label }) => ({ value: name, label: label || name }));
  const others = also.filter((name) => !services.some((service) => service.name === name));
  return [...options, ...others.map((name) => ({ value: name, label: name }))];
}
