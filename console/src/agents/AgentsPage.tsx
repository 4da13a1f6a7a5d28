import { Button, Group, Select, TextInput } from "@mantine/core";
import { IconFileImport, IconHeadset, IconPlus, IconSearch } from "@tabler/icons-react";
import { lazy, useState } from "react";

import { useMay } from "../api/session";
import { DialogBoundary } from "../components/Boundary";
import { Empty } from "../components/Empty";
import { ErrorPage } from "../components/ErrorPage";
import { Failure } from "../components/Failure";
import { Loading } from "../components/Loading";
import { counted } from "../components/numbers";
import { PageHead } from "../components/PageHead";
import { PresenceBadge } from "../components/PresenceBadge";
import { useServiceOptions } from "../components/serviceOptions";
import { AgentTable } from "./AgentTable";
import classes from "./Agents.module.css";
import { type Agent, countsOf, type Filter, fitting, useAgents, useFilter } from "./data";

const AgentDialog = lazy(() => import("./AgentDialog"));
const ImportDialog = lazy(() => import("./ImportDialog"));
const PresenceDialog = lazy(() => import("./PresenceDialog"));

type Opened = { what: "create" | "import" } | { what: "edit" | "presence"; agent: Agent };

/** Who can take calls, since when, and what they have in hand. */
export default function AgentsPage() {
  const { data: agents, error, refetch } = useAgents();
  const [filter, change] = useFilter();
  const [opened, setOpened] = useState<Opened | null>(null);
  const may = useMay();
  const close = () => setOpened(null);
  if (!agents) {
    return error ? <ErrorPage error={error} retry={() => void refetch()} /> : <Loading />;
  }
  const found = fitting(agents, filter);
  const shown = found.filter(({ presence }) => !filter.presence || presence === filter.presence);
  return (
    <>
      <PageHead title="Agents" about={counted(agents.length, "agent")}>
        <Filters filter={filter} change={change} />
        {may("CHANGE_AGENTS") && <Creating onOpen={setOpened} />}
      </PageHead>
      <Failure of={error} />
      <Counts agents={found} filter={filter} change={change} />
      {shown.length ? (
        <AgentTable
          agents={shown}
          onPresence={may("CHANGE_PRESENCE") ? (agent) => setOpened({ what: "presence", agent }) : undefined}
          onEdit={may("CHANGE_AGENTS") ? (agent) => setOpened({ what: "edit", agent }) : undefined}
        />
      ) : (
        <Nobody isFiltered={agents.length > 0} onAll={() => change({ text: "", service: null, presence: null })} />
      )}
      {opened && (
        <DialogBoundary onClose={close}>
          <Dialogs opened={opened} agents={agents} onClose={close} />
        </DialogBoundary>
      )}
    </>
  );
}

function Creating({ onOpen }: { onOpen: (opened: Opened) => void }) {
  return (
    <>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconFileImport size={16} aria-hidden />}
        onClick={() => onOpen({ what: "import" })}
      >
        Import
      </Button>
      <Button size="xs" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => onOpen({ what: "create" })}>
        Create Agent
      </Button>
    </>
  );
}

function Dialogs({ opened, agents, onClose }: { opened: Opened; agents: Agent[]; onClose: () => void }) {
  switch (opened.what) {
    case "create":
      return <AgentDialog before={null} agents={agents} onClose={onClose} />;
    case "edit":
      return <AgentDialog before={opened.agent} agents={agents} onClose={onClose} />;
    case "import":
      return <ImportDialog onClose={onClose} />;
    case "presence":
      return <PresenceDialog before={opened.agent} agents={agents} onClose={onClose} />;
  }
}

interface FilterProps {
  filter: Filter;
  change: (some: Partial<Filter>) => void;
}

function Filters({ filter, change }: FilterProps) {
  const services = useServiceOptions();
  return (
    <>
      <TextInput
        size="xs"
        w="13rem"
        aria-label="Search agents"
        placeholder="Name or telephone"
        leftSection={<IconSearch size={16} aria-hidden />}
        value={filter.text}
        onChange={(event) => change({ text: event.currentTarget.value })}
      />
      <Select
        size="xs"
        w="13rem"
        aria-label="Service"
        placeholder="All services"
        data={services}
        value={filter.service}
        onChange={(service) => change({ service })}
        clearable
        clearButtonProps={{ "aria-label": "All services" }}
        searchable
        nothingFoundMessage="No service has such a name"
      />
    </>
  );
}

/** How many are in each presence; pressing one shows only those. */
function Counts({ agents, filter, change }: FilterProps & { agents: Agent[] }) {
  return (
    <Group gap={6} mb="sm" role="group" aria-label="Agents by presence">
      {countsOf(agents).map(({ presence, label, count }) => {
        const isChosen = filter.presence === presence;
        return (
          <Button
            key={presence}
            size="xs"
            variant={isChosen ? "light" : "default"}
            className={classes.count}
            aria-pressed={isChosen}
            aria-label={`${label}: ${count}`}
            onClick={() => change({ presence: isChosen ? null : presence })}
          >
            <PresenceBadge presence={presence} />
            <b>{count}</b>
          </Button>
        );
      })}
    </Group>
  );
}

function Nobody({ isFiltered, onAll }: { isFiltered: boolean; onAll: () => void }) {
  return isFiltered ? (
    <Empty Icon={IconHeadset} title="No agent fits">
      <Button variant="default" size="xs" onClick={onAll}>
        Show all agents
      </Button>
    </Empty>
  ) : (
    <Empty Icon={IconHeadset} title="There are no agents yet">
      Nobody is called without agents. An administrator creates them, each with a telephone and the services that they
      serve.
    </Empty>
  );
}
