import { Button, Group, Text } from "@mantine/core";
import { useCallback, useEffect, useState } from "react";
import { useNavigate } from "react-router";

import { Dialog } from "../../components/Dialog";

interface NavigateEvent extends Event {
  readonly navigationType: string;
  readonly destination: { readonly key: string; readonly url: string };
}

interface Navigation extends EventTarget {
  traverseTo: (key: string) => unknown;
}

// Where the browser has it; else going back is not asked about.
function navigation(): Navigation | undefined {
  return (window as { navigation?: Navigation }).navigation;
}

/** Asks before what is not saved is left: by a link, by going back, or by closing the page. */
export function LeaveGuard({ isNeeded }: { isNeeded: boolean }) {
  const navigate = useNavigate();
  const [leave, setLeave] = useState<(() => void) | null>(null);
  const ask = useCallback((go: () => void) => setLeave(() => go), []);
  useLinks(isNeeded, (path) => ask(() => void navigate(path)));
  useGoingBack(isNeeded && !leave, (key) => ask(() => navigation()?.traverseTo(key)));
  useClosing(isNeeded);
  if (!leave || !isNeeded) {
    return null;
  }
  return (
    <Dialog title="Leave without saving?" onClose={() => setLeave(null)}>
      <Text mb="md">What you typed here is not saved, and is lost when you leave.</Text>
      <Group justify="flex-end">
        <Button variant="default" onClick={() => setLeave(null)} data-autofocus>
          Stay
        </Button>
        <Button color="red" onClick={leave}>
          Leave without saving
        </Button>
      </Group>
    </Dialog>
  );
}

function useLinks(isNeeded: boolean, tell: (path: string) => void): void {
  useEffect(() => {
    if (!isNeeded) {
      return;
    }
    const heed = (event: MouseEvent) => {
      const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[href]") : null;
      const isElsewhere = event.ctrlKey || event.metaKey || event.shiftKey || link?.target === "_blank" || link?.hash;
      if (link && !isElsewhere && link.origin === location.origin) {
        event.preventDefault();
        event.stopPropagation();
        tell(link.pathname + link.search);
      }
    };
    document.addEventListener("click", heed, true);
    return () => document.removeEventListener("click", heed, true);
  });
}

function useGoingBack(isNeeded: boolean, tell: (key: string) => void): void {
  useEffect(() => {
    const source = navigation();
    if (!isNeeded || !source) {
      return;
    }
    const heed = (event: Event) => {
      const { navigationType, destination, cancelable } = event as NavigateEvent;
      if (navigationType === "traverse" && cancelable) {
        event.preventDefault();
        tell(destination.key);
      }
    };
    source.addEventListener("navigate", heed);
    return () => source.removeEventListener("navigate", heed);
  });
}

function useClosing(isNeeded: boolean): void {
  useEffect(() => {
    if (!isNeeded) {
      return;
    }
    const heed = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", heed);
    return () => window.removeEventListener("beforeunload", heed);
  }, [isNeeded]);
}
