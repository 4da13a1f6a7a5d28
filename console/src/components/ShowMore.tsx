import { Button, Center } from "@mantine/core";

interface Props {
  /** A list that is read page by page. */
  of: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
  children: string;
}

/** Reads the next page of a list beneath what is shown; nothing when all of it is. */
export function ShowMore({ of: { hasNextPage, isFetchingNextPage, fetchNextPage }, children }: Props) {
  if (!hasNextPage) {
    return null;
  }
  return (
    <Center py="xs">
      <Button variant="default" size="xs" loading={isFetchingNextPage} onClick={() => fetchNextPage()}>
        {children}
      </Button>
    </Center>
  );
}
