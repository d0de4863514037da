/*
 * The ready-made patterns. They see the path below the source's folder without the extension, and without the
 * suffix of a leg where legs are paired. Groups may be named more than once in one pattern (PCRE2_DUPNAMES).
 * Groups `inbound`, `outbound`, `internal` only have to match something to tell the direction; `from` and `to`
 * become agent and customer by direction, or where that is unknown by length (an extension is short).
 */
#include "watch/name.h"

#define HEAD "(?:^|/)"
#define DAY_TIME "(?<date>\\d{8})-(?<time>\\d{6})"
#define UNIQUE "(?<uniqueid>(?:[A-Za-z][\\w.]*-)?(?<epoch>\\d{9,10})\\.\\d{1,10})"
#define UUID "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
#define FIELD "[^-/]+"

static const struct {
    const char *name, *regex;
} known[] = {
    /* out-DIALED-EXT, internal-TO-FROM, q-QUEUE-CALLER, rg-GROUP-CALLER, in|exten|external|force|...-TO-FROM */
    {"freepbx", HEAD "(?:(?<outbound>out)-(?<to>" FIELD ")-(?<from>" FIELD ")"
                     "|(?<internal>internal)-(?<to>" FIELD ")-(?<from>" FIELD ")"
                     "|(?<inbound>q|rg)-(?<queue>" FIELD ")-(?<customer>" FIELD ")"
                     "|(?<inbound>in)-(?<to>" FIELD ")-(?<from>" FIELD ")"
                     "|(?:exten|external|force|ondemand|dontcare|yes|no)-(?<to>" FIELD ")-(?<from>" FIELD "))"
                     "-" DAY_TIME "-" UNIQUE "$"},
    /* older FreePBX, Elastix: q800-…, OUT1001-…, IN1001-…, g600-… */
    {"issabel", HEAD "(?:(?<inbound>[qg])(?<queue>\\d+)|(?<outbound>OUT)(?<agent>\\d+)"
                     "|(?<inbound>IN)(?<agent>\\d+)|(?<agent>\\d{2,6}))"
                     "(?:-(?<customer>\\+?\\d{3,20}))?-" DAY_TIME "-" UNIQUE "$"},
    {"vicidial", HEAD "(?:(?<customer_right>C[OM])_)?(?:(?<queue>[A-Za-z][A-Za-z0-9]{0,19})_)?" DAY_TIME
                      "_(?<customer>\\d{3,20})(?:_(?<agent>[^_/]+?))?(?:-all)?$"},
    {"3cx", HEAD "\\[[^\\]/]*\\]_(?<from>[^-_/]+)-(?<to>[^_/]+)_(?<date>\\d{8})(?<time>\\d{6})"
                 "\\((?<callid>\\d+)\\)$"},
    {"ringcentral",
     HEAD DAY_TIME "_(?<agent>[^_/]+)_(?<customer>[^_/]+)"
                   "_(?<direction>Incoming|Outgoing|Inbound|Outbound)_[A-Za-z]+_(?<callid>\\d+)$"},
    {"amazon-connect",
     HEAD "(?<uniqueid>" UUID ")_(?<date>\\d{8})T(?<time>\\d{2}(?::|_|%3A)\\d{2})_(?<utc>UTC)$"},
    {"fusionpbx", HEAD "(?<year>\\d{4})/(?<month>[A-Z][a-z]{2})/(?<day>\\d{2})/(?<uniqueid>" UUID ")$"},
    {"miarec", HEAD "(?<date>\\d{8})-?(?<time>\\d{6})[-_](?<from>\\+?[^-_/]+)[-_](?<to>\\+?[^-_/]+)"
                    "[-_](?<callid>[0-9A-Za-z]+)$"},
    /* AWS's post-call analytics: …_GUID_…_AGENT_…_CUST_…_DT_2022-03-20T07-55-51, …-07.55.51.067-09-16-2019 */
    {"aws-pca", HEAD "[^/]*?_GUID_(?<callid>[^_/]+)_AGENT_(?<agent>[^_/]+)_CUST_(?<customer>[^_/]+)"
                     "_DT_(?<date>\\d{4}-\\d{2}-\\d{2})T(?<time>\\d{2}-\\d{2}-\\d{2})$"},
    {"aws-pca", HEAD "(?<callid>[0-9A-Za-z.]+)-(?<hour>\\d{2})\\.(?<minute>\\d{2})\\.(?<second>\\d{2})\\.\\d{3}"
                     "-(?<month>\\d{2})-(?<day>\\d{2})-(?<year>\\d{4})$"},
    /* plain MixMonitor: the unique id alone, perhaps behind an extension or a system's name */
    {"asterisk", HEAD "(?:(?<agent>\\d{2,6})-)?" UNIQUE "$"},
};

bool cq_names_known(size_t i, const char **ret_name, const char **ret_regex)
{
    if (i >= sizeof known / sizeof *known)
        return false;
    *ret_name = known[i].name;
    *ret_regex = known[i].regex;
    return true;
}
