import { Switch } from "@mantine/core";
import { lazy } from "react";

import { PartBoundary } from "../../components/Boundary";
import { usePreferences } from "../../api/preferences";
import { Copy } from "../../components/Copy";
import { Fact, Facts } from "../../components/Facts";
import { Failure } from "../../components/Failure";
import { Instant } from "../../components/Instant";
import { withTimes } from "../../components/instants";
import { customersMinute, useTimes } from "../../components/times";
import { useLatest } from "../latest";
import type { Callback } from "../model";
import classes from "./Details.module.css";
import { useStatus } from "./reads";
import { placeOf, waitOf } from "./words";

const Metrics = lazy(() => import("./Metrics"));

/** What is known of a callback, beneath its row. */
export function RowDetails({ callback }: { callback: Callback }) {
  const { latest, error } = useLatest(callback);
  const { preferences, change } = usePreferences();
  const isAdvanced = preferences.advanced_metrics;
  return (
    <div className={classes.details}>
      <Failure of={error} />
      <Basics callback={latest} />
      <Switch
        size="sm"
        label="Advanced Callback Metrics"
        checked={isAdvanced}
        onChange={(event) => change({ advanced_metrics: event.currentTarget.checked })}
      />
      {isAdvanced && (
        <PartBoundary waiting={<div className={classes.advanced} data-loading />}>
          <Metrics callback={latest} />
        </PartBoundary>
      )}
    </div>
  );
}

function Basics({ callback }: { callback: Callback }) {
  const status = useStatus(callback);
  const { shown } = useTimes();
  const place = placeOf(callback, status);
  const wait = waitOf(callback, status);
  return (
    <Facts>
      <Fact name="Position in Queue" note={place.why && `(${place.why})`}>
        {place.text}
      </Fact>
      <Fact name="Estimated Wait Time" note={wait.why && `(${wait.why})`}>
        {wait.text}
      </Fact>
      <Desired callback={callback} />
      <Fact name="Phone Number">
        <span className={classes.copied}>
          {callback.phone_number_formatted} <Copy text={callback.phone_number} what="phone number" />
        </span>
      </Fact>
      <Fact name="Callback ID" size="wide">
        <span className={classes.copied}>
          <span className={classes.id}>{callback.id}</span> <Copy text={callback.id} what="callback ID" />
        </span>
      </Fact>
      {callback.waiting_for && (
        <Fact name="Waiting for" size="wide">
          {withTimes(callback.waiting_for, shown)}
        </Fact>
      )}
    </Facts>
  );
}

/** What the customer was promised, by their own clock where that shows another time. */
function Desired({ callback }: { callback: Callback }) {
  const { shown } = useTimes();
  const theirs = customersMinute(callback, shown);
  const note = theirs && `(the customer's clock: ${theirs}, ${callback.promised_zone})`;
  return (
    <Fact name="Desired Callback Time" note={note}>
      <Instant at={callback.desired_at} />
    </Fact>
  );
}
