import { Button, Menu } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconChevronDown, IconDownload } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { api, data } from "../../api/client";
import { sentenceOf } from "../../components/sentences";
import { useDownload } from "../../components/download";
import type { ListQuery } from "../ranges";

/** Exports the callbacks that `query` shows, and what this user has cancelled within the last 24 hours, if anything. */
export default function ExportMenu({ query }: { query: ListQuery }) {
  const [isOpen, setIsOpen] = useState(false);
  const { download, isBusy } = useDownload(tellRefusal);
  const shown = (bom: boolean) => download(() => readShown(query, bom));
  return (
    <Menu opened={isOpen} onChange={setIsOpen} position="bottom-end">
      <Menu.Target>
        <Button
          variant="default"
          size="xs"
          loading={isBusy}
          leftSection={<IconDownload size={16} aria-hidden />}
          rightSection={<IconChevronDown size={14} aria-hidden />}
        >
          Export
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => shown(false)}>Callbacks shown (CSV)</Menu.Item>
        <Menu.Item onClick={() => shown(true)}>Callbacks shown (CSV for Excel)</Menu.Item>
        <Cancelled isOpen={isOpen} download={download} />
      </Menu.Dropdown>
    </Menu>
  );
}

function Cancelled({ isOpen, download }: { isOpen: boolean; download: ReturnType<typeof useDownload>["download"] }) {
  const { data: recent } = useQuery({
    queryKey: ["cancellations", "recent"],
    queryFn: () => data(api.GET("/api/v1/cancellations/recent")),
    enabled: isOpen,
    staleTime: 0,
  });
  if (!recent?.has_cancelled) {
    return null;
  }
  // For people: their spreadsheets read it right with the mark.
  const params = { query: { bom: true } };
  return (
    <>
      <Menu.Divider />
      <Menu.Label>Export Cancelled Reports</Menu.Label>
      <Menu.Item
        onClick={() => download(() => api.GET("/api/v1/cancellations/recent/callbacks", { params, parseAs: "blob" }))}
      >
        Recently cancelled callbacks (CSV)
      </Menu.Item>
      <Menu.Item
        onClick={() => download(() => api.GET("/api/v1/cancellations/recent/summary", { params, parseAs: "blob" }))}
      >
        Cancellation Summary Report (CSV)
      </Menu.Item>
    </>
  );
}

// The export has every line, in its own order: where the page begins and how it is sorted does not restrict it.
const OF_THE_PAGE = { sort: undefined, limit: undefined, cursor: undefined, total: undefined };

function readShown(query: ListQuery, bom: boolean) {
  return api.GET("/api/v1/callbacks/export", { params: { query: { ...query, ...OF_THE_PAGE, bom } }, parseAs: "blob" });
}

function tellRefusal(error: unknown): void {
  notifications.show({ color: "red", title: "Nothing was exported", message: sentenceOf(error), autoClose: false });
}
