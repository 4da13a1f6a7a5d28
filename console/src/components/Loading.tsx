import { Center, Loader } from "@mantine/core";

/** A page on its way. */
export function Loading() {
  return (
    <Center mih="40vh" role="status" aria-label="Loading">
      <Loader type="dots" />
    </Center>
  );
}
