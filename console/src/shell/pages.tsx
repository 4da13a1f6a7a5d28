import {
  IconAddressBook,
  IconCode,
  IconHeadset,
  IconHistory,
  IconPhoneCall,
  IconReportAnalytics,
  IconSearch,
  IconStack2,
  IconUsers,
} from "@tabler/icons-react";
import { type ComponentType, lazy, type LazyExoticComponent } from "react";

import type { Permission, Session } from "../api/session";

export interface PageEntry {
  path: string;
  label: string;
  group?: string;
  Icon: typeof IconPhoneCall;
  needs: Permission;
  Page: LazyExoticComponent<ComponentType>;
}

// In the order of the navigation. Whoever has none of the permissions does not see the page; the server decides.
const PAGES: PageEntry[] = [
  {
    path: "/desk",
    label: "My desk",
    Icon: IconHeadset,
    needs: "USE_DESK",
    Page: lazy(() => import("../desk/DeskPage")),
  },
  {
    path: "/callbacks",
    label: "Callbacks",
    Icon: IconPhoneCall,
    needs: "SEE_CALLBACKS",
    Page: lazy(() => import("../callbacks/CallbacksPage")),
  },
  {
    path: "/services",
    label: "Services",
    Icon: IconStack2,
    needs: "SEE_CALLBACKS",
    Page: lazy(() => import("../services/ServicesPage")),
  },
  {
    path: "/agents",
    label: "Agents",
    Icon: IconAddressBook,
    needs: "SEE_AGENTS",
    Page: lazy(() => import("../agents/AgentsPage")),
  },
  {
    path: "/reports",
    label: "Reports",
    Icon: IconReportAnalytics,
    needs: "SEE_REPORTS",
    Page: lazy(() => import("../reports/ReportsPage")),
  },
  {
    path: "/tools/search",
    label: "Callback Search",
    group: "Tools",
    Icon: IconSearch,
    needs: "SEE_CALLBACKS",
    Page: lazy(() => import("../tools/SearchPage")),
  },
  {
    path: "/users",
    label: "Users",
    group: "Administration",
    Icon: IconUsers,
    needs: "SEE_USERS",
    Page: lazy(() => import("../users/UsersPage")),
  },
  {
    path: "/audit",
    label: "Audit",
    group: "Administration",
    Icon: IconHistory,
    needs: "SEE_AUDIT",
    Page: lazy(() => import("../audit/AuditPage")),
  },
  {
    path: "/developer",
    label: "Developer",
    group: "Administration",
    Icon: IconCode,
    needs: "DEVELOP",
    Page: lazy(() => import("../developer/DeveloperPage")),
  },
];

/** The pages that somebody's roles have. */
export function pagesFor({ user }: Session): PageEntry[] {
  return PAGES.filter((page) => user.permissions.includes(page.needs));
}
