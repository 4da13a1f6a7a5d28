import { Button, Tabs } from "@mantine/core";
import { IconExternalLink } from "@tabler/icons-react";
import { useNavigate, useParams } from "react-router";

import { PageHead } from "../components/PageHead";
import { ApiErrors } from "./ApiErrors";
import { ApiKeys } from "./ApiKeys";

const TABS = ["keys", "errors"];

/** For whoever connects another system: its keys, and what went wrong with its calls. */
export default function DeveloperPage() {
  const { "*": section } = useParams();
  const navigate = useNavigate();
  const shown = section && TABS.includes(section) ? section : "keys";
  return (
    <>
      <PageHead title="Developer">
        <Button
          size="xs"
          component="a"
          href="/api/docs"
          target="_blank"
          rel="noopener"
          variant="default"
          leftSection={<IconExternalLink size={16} aria-hidden />}
        >
          API Documentation
        </Button>
      </PageHead>
      <Tabs value={shown} onChange={(tab) => void navigate(`/developer/${tab}`)} keepMounted={false}>
        <Tabs.List mb="sm">
          <Tabs.Tab value="keys">API Keys</Tabs.Tab>
          <Tabs.Tab value="errors">API Errors</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="keys">
          <ApiKeys />
        </Tabs.Panel>
        <Tabs.Panel value="errors">
          <ApiErrors />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
