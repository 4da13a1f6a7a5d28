import { Button, TextInput } from "@mantine/core";
import { IconPlus, IconSearch, IconStack2 } from "@tabler/icons-react";
import { lazy, useMemo, useState } from "react";
import { Link, useSearchParams } from "react-router";

import { useKeptFresh } from "../api/fresh";
import { useMay, useSession } from "../api/session";
import { DialogBoundary } from "../components/Boundary";
import { Empty } from "../components/Empty";
import { ErrorPage } from "../components/ErrorPage";
import { Failure } from "../components/Failure";
import { Loading } from "../components/Loading";
import { counted } from "../components/numbers";
import { PageHead } from "../components/PageHead";
import { useTimes } from "../components/times";
import { concernsStatuses, type Status, STATUSES, useStatuses } from "./data";
import { arranged, orderIn } from "./order";
import { ServiceTable } from "./ServiceTable";
import { problemsOf } from "./words";

const CreateService = lazy(() => import("./CreateService"));
const PauseDialog = lazy(() => import("./PauseDialog"));

/** All services and how they stand, as it changes. */
export function ServiceList() {
  useKeptFresh([STATUSES], concernsStatuses);
  const { data: statuses, error, refetch } = useStatuses();
  const [search, setSearch] = useSearchParams();
  const filter = search.get("q") ?? "";
  const sort = search.get("sort");
  const [pausing, setPausing] = useState<string | null>(null);
  const close = () => setPausing(null);
  const shown = useMemo(() => arranged(statuses ?? [], filter, orderIn(sort)), [statuses, filter, sort]);
  if (!statuses) {
    return error ? <ErrorPage error={error} retry={() => void refetch()} /> : <Loading />;
  }
  const put = (key: string, value: string) =>
    setSearch(
      (was) => {
        const now = new URLSearchParams(was);
        if (value) {
          now.set(key, value);
        } else {
          now.delete(key);
        }
        return now;
      },
      { replace: true },
    );
  const chosen = statuses.find(({ service }) => service === pausing);
  return (
    <>
      <Head statuses={statuses} shown={shown.length} />
      <TextInput
        size="xs"
        aria-label="Filter services"
        placeholder="Filter by name or state"
        leftSection={<IconSearch size={16} aria-hidden />}
        value={filter}
        onChange={(event) => put("q", event.currentTarget.value)}
        mb="xs"
        maw="20rem"
      />
      <Failure of={error} />
      {shown.length > 0 ? (
        <ServiceTable
          statuses={shown}
          order={orderIn(sort)}
          onOrder={(wanted) => put("sort", wanted)}
          onPause={setPausing}
        />
      ) : (
        <Nothing isFiltered={filter !== ""} />
      )}
      {chosen && (
        <DialogBoundary onClose={close}>
          <PauseDialog status={chosen} onClose={close} />
        </DialogBoundary>
      )}
    </>
  );
}

function Head({ statuses, shown }: { statuses: Status[]; shown: number }) {
  const may = useMay();
  const { sees_all_services: seesAll } = useSession();
  const { shown: times } = useTimes();
  const [isCreating, setIsCreating] = useState(false);
  const close = () => setIsCreating(false);
  const inTrouble = statuses.filter((status) => problemsOf(status, (at) => times.clock(at)).length > 0).length;
  const count =
    shown === statuses.length ? counted(shown, "service") : `${shown} of ${counted(statuses.length, "service")}`;
  return (
    <>
      <PageHead
        title="Services"
        about={
          <span role="status">
            {count}
            {inTrouble > 0 && `, ${inTrouble} that cannot call`}
          </span>
        }
      >
        {may("SEE_SETUP") && (
          <Button component={Link} to="/services/trunks" variant="default" size="xs">
            Trunks
          </Button>
        )}
        {may("CHANGE_SETUP") && seesAll && (
          <Button size="xs" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setIsCreating(true)}>
            Create Service
          </Button>
        )}
      </PageHead>
      {isCreating && (
        <DialogBoundary onClose={close}>
          <CreateService onClose={close} />
        </DialogBoundary>
      )}
    </>
  );
}

function Nothing({ isFiltered }: { isFiltered: boolean }) {
  return isFiltered ? (
    <Empty Icon={IconSearch} title="No service has this name or state">
      Clear the filter to see all.
    </Empty>
  ) : (
    <Empty Icon={IconStack2} title="There are no services for you yet">
      A service is a queue of callers of one kind. Administrators of all services create them, and give them to users.
    </Empty>
  );
}
