import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";

import { api, data } from "../../../api/client";
import type { components } from "../../../api/schema";

export type NumberCheck = components["schemas"]["NumberCheck"];
export type Offer = components["schemas"]["callbacks_offers_Offer"];

const TYPING_MILLISECONDS = 300;
const OFFER_SECONDS = 30;

/** What the service makes of a number, a moment after it was typed; null while nothing is known of just that. */
export function useNumberCheck(service: string | null, number: string): NumberCheck | null {
  const [settled] = useDebouncedValue(number.trim(), TYPING_MILLISECONDS);
  const check = useQuery({
    queryKey: ["number-check", service, settled],
    enabled: service !== null && settled !== "",
    staleTime: 60_000,
    queryFn: () =>
      data(
        api.POST("/api/v1/services/{service_name}/number-rules/test", {
          params: { path: { service_name: service ?? "" } },
          body: { phone_number: settled },
        }),
      ),
  });
  return (number.trim() === settled && check.data) || null;
}

/** What this customer may be offered now; `number`: in E.164, null while it is not known. */
export function useOffer(service: string | null, number: string | null) {
  return useQuery({
    queryKey: ["offer", service, number],
    enabled: service !== null,
    staleTime: OFFER_SECONDS * 1_000,
    refetchInterval: OFFER_SECONDS * 1_000,
    // Of the same service: what is shown does not vanish with each digit.
    placeholderData: (before, query) => (query?.queryKey[1] === service ? keepPreviousData(before) : undefined),
    queryFn: () =>
      data(
        api.POST("/api/v1/services/{service_name}/offers", {
          params: { path: { service_name: service ?? "" } },
          body: { phone_number: number },
        }),
      ),
  });
}
