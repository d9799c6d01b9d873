"""The credentials that can be told by their look: a fixed prefix, a known alphabet and length, as their issuers say.

`find` is made for speed: most string constants leave after one look at their length and characters, the rest
after one search for any of the prefixes; the full pattern of a format is compiled when its prefix is met.
Everything matched is still judged for being a documentation example (`is_placeholder` on the random part).
"""

from __future__ import annotations

import re
from functools import lru_cache
from math import log2

from ..records import NamedTuple
from ..regex import regex
from .secrets import PUBLISHED, WEAK_PASSWORDS, entropy, is_placeholder


class TokenFormat(NamedTuple):
    """One kind of credential."""

    name: str
    """For the message: "GitHub personal access token"."""
    prefixes: tuple[str, ...]
    """Literals of which one is in every credential of this kind, case-sensitive."""
    pattern: str
    """Of the whole credential. The group `secret`, or else all of it, is the part that has to look random."""
    url: str
    """Where the issuer describes the format, or the credential."""


_B62 = "[A-Za-z0-9]"
_B64URL = r"[\w-]"
_HEX = "[0-9a-f]"
_UUID = f"{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}"

FORMATS: tuple[TokenFormat, ...] = (
    # Clouds
    TokenFormat(
        "AWS access key id",
        ("AKIA", "ASIA"),
        r"(?:AKIA|ASIA)(?P<secret>[A-Z2-7]{16})",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html",
    ),
    TokenFormat(
        "Google API key",
        ("AIza",),
        rf"AIza(?P<secret>{_B64URL}{{35}})",
        "https://cloud.google.com/docs/authentication/api-keys",
    ),
    TokenFormat(
        "Google OAuth client secret",
        ("GOCSPX-",),
        rf"GOCSPX-(?P<secret>{_B64URL}{{28}})",
        "https://support.google.com/cloud/answer/6158849",
    ),
    TokenFormat(
        "Google OAuth access token",
        ("ya29.",),
        rf"ya29\.(?P<secret>{_B64URL}{{30,}})",
        "https://developers.google.com/identity/protocols/oauth2",
    ),
    TokenFormat(
        "Azure storage account key",
        ("AccountKey=",),
        r"AccountKey=(?P<secret>[A-Za-z0-9+/]{86}==)",
        "https://learn.microsoft.com/azure/storage/common/storage-configure-connection-string",
    ),
    TokenFormat(
        "Azure shared access key",
        ("SharedAccessKey=",),
        r"SharedAccessKey=(?P<secret>[A-Za-z0-9+/]{43}=)",
        "https://learn.microsoft.com/azure/service-bus-messaging/service-bus-sas",
    ),
    TokenFormat(
        "Azure shared access signature",
        ("sig=",),
        r"(?:[?&]|\b)sig=(?P<secret>[A-Za-z0-9%+/]{43,}(?:%3[Dd]|=))",
        "https://learn.microsoft.com/azure/storage/common/storage-sas-overview",
    ),
    TokenFormat(
        "Microsoft Entra client secret",
        ("Q~",),
        r"(?P<secret>[\w.~-]{3}\dQ~[\w.~-]{31,34})",
        "https://learn.microsoft.com/entra/identity-platform/how-to-add-credentials",
    ),
    TokenFormat(
        "Azure DevOps token",
        ("AZDO",),
        rf"(?P<secret>{_B62}{{76}})AZDO{_B62}{{4}}",
        "https://learn.microsoft.com/azure/devops/organizations/accounts/use-personal-access-tokens-to-authenticate",
    ),
    TokenFormat(
        "Alibaba Cloud access key id",
        ("LTAI",),
        rf"LTAI(?P<secret>{_B62}{{16,20}})",
        "https://www.alibabacloud.com/help/en/ram/user-guide/create-an-accesskey-pair",
    ),
    TokenFormat(
        "DigitalOcean token",
        ("dop_v1_", "doo_v1_", "dor_v1_"),
        rf"do[opr]_v1_(?P<secret>{_HEX}{{64}})",
        "https://docs.digitalocean.com/reference/api/create-personal-access-token/",
    ),
    TokenFormat(
        "Heroku API key",
        ("HRKU-",),
        rf"HRKU-(?P<secret>AA{_B64URL}{{58}})",
        "https://devcenter.heroku.com/articles/authentication",
    ),
    TokenFormat(
        "Fly.io token",
        ("fm1r_", "fm2_", "fo1_"),
        r"(?:fm1r|fm2|fo1)_(?P<secret>[A-Za-z0-9+/_=-]{43,})",
        "https://fly.io/docs/security/tokens/",
    ),
    TokenFormat(
        "Vercel token",
        ("vcp_", "vci_", "vca_", "vcr_", "vck_"),
        rf"vc[piark]_(?P<secret>{_B64URL}{{24,}})",
        "https://vercel.com/changelog/new-token-formats-and-secret-scanning",
    ),
    TokenFormat(
        "Databricks token",
        ("dapi",),
        rf"dapi(?P<secret>{_HEX}{{32}})(?:-\d)?",
        "https://docs.databricks.com/aws/en/dev-tools/auth/pat",
    ),
    TokenFormat(
        "PlanetScale credential",
        ("pscale_",),
        r"pscale_(?:tkn|pw|oauth)_(?P<secret>[\w.=-]{32,64})",
        "https://planetscale.com/docs/api/reference/service-tokens",
    ),
    TokenFormat(
        "Supabase secret",
        ("sbp_", "sb_secret_"),
        rf"(?:sbp_(?P<secret>{_HEX}{{40}})|sb_secret_{_B64URL}{{22,}})",
        "https://supabase.com/docs/guides/api/api-keys",
    ),
    TokenFormat(
        "HashiCorp Vault token",
        ("hvs.", "hvb.", "hvr."),
        rf"hv[sbr]\.(?P<secret>{_B64URL}{{24,}})",
        "https://developer.hashicorp.com/vault/docs/concepts/tokens",
    ),
    TokenFormat(
        "Terraform Cloud token",
        (".atlasv1.",),
        rf"{_B62}{{14}}\.atlasv1\.(?P<secret>{_B64URL}{{60,70}})",
        "https://developer.hashicorp.com/terraform/cloud-docs/users-teams-organizations/api-tokens",
    ),
    TokenFormat(
        "Pulumi access token",
        ("pul-",),
        rf"pul-(?P<secret>{_HEX}{{40}})",
        "https://www.pulumi.com/docs/administration/access-identity/access-tokens/",
    ),
    TokenFormat(
        "Tailscale key",
        ("tskey-",),
        rf"tskey-(?:auth|api|client|scim|webhook)-{_B62}+-(?P<secret>{_B62}{{20,}})",
        "https://tailscale.com/kb/1277/key-prefixes",
    ),
    TokenFormat(
        "Doppler token",
        ("dp.pt.", "dp.st.", "dp.ct.", "dp.sa.", "dp.scim.", "dp.audit."),
        rf"dp\.(?:pt|st|ct|sa|scim|audit)\.(?:[a-z0-9_-]{{2,35}}\.)?(?P<secret>{_B62}{{40,44}})",
        "https://docs.doppler.com/reference/auth-token-formats",
    ),
    TokenFormat(
        "1Password service account token",
        ("ops_eyJ",),
        r"ops_eyJ(?P<secret>[\w+/=-]{250,})",
        "https://developer.1password.com/docs/service-accounts/",
    ),
    # Source code, packages, builds
    TokenFormat(
        "GitHub token",
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"),
        rf"gh[pousr]_(?P<secret>{_B62}{{36,255}})",
        "https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github#githubs-token-formats",
    ),
    TokenFormat(
        "GitHub fine-grained token",
        ("github_pat_",),
        rf"github_pat_(?P<secret>{_B62}{{22}}_{_B62}{{59}})",
        "https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github#githubs-token-formats",
    ),
    TokenFormat(
        "GitLab token",
        ("glpat-", "gldt-", "glrt-", "glptt-", "glcbt-", "gloas-", "glsoat-", "glagent-"),
        rf"gl(?:pat|dt|rt|ptt|cbt|oas|soat|agent)-(?P<secret>{_B64URL}{{20,}})",
        "https://docs.gitlab.com/security/tokens/#token-prefixes",
    ),
    TokenFormat(
        "npm access token", ("npm_",), rf"npm_(?P<secret>{_B62}{{36}})", "https://docs.npmjs.com/about-access-tokens"
    ),
    TokenFormat(
        "PyPI token",
        ("pypi-AgE",),
        rf"pypi-(?P<secret>AgE(?:IcHlwaS5vcmc|NdGVzdC5weXBpLm9yZw){_B64URL}{{50,}})",
        "https://pypi.org/help/#apitoken",
    ),
    TokenFormat(
        "RubyGems key",
        ("rubygems_",),
        rf"rubygems_(?P<secret>{_HEX}{{48}})",
        "https://guides.rubygems.org/api-key-scopes/",
    ),
    TokenFormat(
        "crates.io token",
        ("cio",),
        rf"cio(?P<secret>{_B62}{{32}})",
        "https://doc.rust-lang.org/cargo/reference/publishing.html",
    ),
    TokenFormat(
        "Docker Hub token",
        ("dckr_pat_", "dckr_oat_"),
        rf"dckr_(?:pat_(?P<secret>{_B64URL}{{27}})|oat_{_B64URL}{{32}})",
        "https://docs.docker.com/security/access-tokens/",
    ),
    TokenFormat(
        "JFrog API key",
        ("AKCp",),
        rf"AKCp(?P<secret>{_B62}{{69}})",
        "https://jfrog.com/help/r/jfrog-platform-administration-documentation/access-tokens",
    ),
    TokenFormat(
        "Buildkite token",
        ("bkua_",),
        rf"bkua_(?P<secret>{_HEX}{{40}})",
        "https://buildkite.com/docs/apis/managing-api-tokens",
    ),
    TokenFormat(
        "CircleCI token",
        ("CCIPAT_", "CCIPRJ_"),
        rf"CCIP(?:AT|RJ)_{_B62}{{22}}_(?P<secret>{_HEX}{{40}})",
        "https://circleci.com/docs/managing-api-tokens/",
    ),
    TokenFormat(
        "SonarQube token",
        ("squ_", "sqp_", "sqa_"),
        rf"sq[upa]_(?P<secret>{_HEX}{{40}})",
        "https://docs.sonarsource.com/sonarqube-server/latest/user-guide/managing-tokens/",
    ),
    TokenFormat(
        "Bitbucket app password",
        ("ATBB",),
        rf"ATBB(?P<secret>{_B62}{{32}})",
        "https://support.atlassian.com/bitbucket-cloud/docs/app-passwords/",
    ),
    TokenFormat(
        "Atlassian API token",
        ("ATATT3", "ATCTT3"),
        r"AT[AC]TT3(?P<secret>[\w=-]{60,})",
        "https://support.atlassian.com/atlassian-account/docs/manage-api-tokens-for-your-atlassian-account/",
    ),
    TokenFormat(
        "Postman API key",
        ("PMAK-",),
        rf"PMAK-(?P<secret>{_HEX}{{24}}-{_HEX}{{34}})",
        "https://learning.postman.com/docs/developer/postman-api/authentication/",
    ),
    TokenFormat(
        "LaunchDarkly key",
        ("sdk-", "api-"),
        rf"(?:sdk|api)-(?P<secret>{_UUID})",
        "https://launchdarkly.com/docs/sdk/concepts/client-side-server-side#keys",
    ),
    # Messaging and mail
    TokenFormat(
        "Slack token",
        ("xoxb-", "xoxp-", "xoxa-", "xoxe-", "xoxe.", "xoxr-", "xoxs-", "xoxo-", "xapp-"),
        r"(?:xox[bpaerso]|xoxe\.xox[bp]|xapp)-(?P<secret>[A-Za-z0-9-]{20,})",
        "https://docs.slack.dev/authentication/tokens/",
    ),
    TokenFormat(
        "Slack webhook URL",
        ("hooks.slack.com/",),
        r"hooks\.slack\.com/(?:services|workflows|triggers)/(?P<secret>[A-Z0-9]{6,}/[A-Z0-9]{6,}/[A-Za-z0-9/]{20,})",
        "https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/",
    ),
    TokenFormat(
        "Discord webhook URL",
        ("/api/webhooks/",),
        rf"discord(?:app)?\.com/api/webhooks/\d{{17,20}}/(?P<secret>{_B64URL}{{60,}})",
        "https://discord.com/developers/docs/resources/webhook",
    ),
    TokenFormat(
        "Discord bot token",
        ("M", "N", "O"),
        rf"(?<![\w.-])[MNO]{_B64URL}{{23,27}}\.{_B64URL}{{6}}\.(?P<secret>{_B64URL}{{27,40}})(?![\w.-])",
        "https://discord.com/developers/docs/reference#authentication",
    ),
    TokenFormat(
        "Telegram bot token",
        (":AA",),
        rf"(?<!\d)\d{{8,10}}:(?P<secret>AA{_B64URL}{{33}})",
        "https://core.telegram.org/bots/api#authorizing-your-bot",
    ),
    TokenFormat(
        "Microsoft Teams webhook URL",
        (".webhook.office.com/",),
        rf"\.webhook\.office\.com/webhookb2/{_UUID}@{_UUID}/IncomingWebhook/(?P<secret>{_HEX}{{32}}/{_UUID})",
        "https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook",
    ),
    TokenFormat(
        "Zapier webhook URL",
        ("hooks.zapier.com/",),
        r"hooks\.zapier\.com/hooks/catch/\d+/(?P<secret>[a-z0-9]{6,})",
        "https://help.zapier.com/hc/en-us/articles/8496288690317",
    ),
    TokenFormat(
        "Twilio API key",
        ("SK",),
        rf"(?<!\w)SK(?P<secret>{_HEX}{{32}})(?!\w)",
        "https://www.twilio.com/docs/iam/api-keys",
    ),
    TokenFormat(
        "SendGrid API key",
        ("SG.",),
        rf"SG\.{_B64URL}{{22}}\.(?P<secret>{_B64URL}{{43}})",
        "https://www.twilio.com/docs/sendgrid/ui/account-and-settings/api-keys",
    ),
    TokenFormat(
        "Mailgun API key",
        ("key-",),
        rf"(?<!\w)key-(?P<secret>{_HEX}{{32}})(?!\w)",
        "https://documentation.mailgun.com/docs/mailgun/api-reference/mg-auth",
    ),
    TokenFormat(
        "Mailchimp API key",
        ("-us",),
        rf"(?<!\w)(?P<secret>{_HEX}{{32}})-us\d{{1,2}}(?!\w)",
        "https://mailchimp.com/developer/marketing/guides/quick-start/",
    ),
    TokenFormat(
        "Brevo API key",
        ("xkeysib-", "xsmtpsib-"),
        rf"x(?:key|smtp)sib-(?P<secret>{_HEX}{{64}}-{_B62}{{16}})",
        "https://developers.brevo.com/docs/getting-started",
    ),
    TokenFormat(
        "Resend API key",
        ("re_",),
        rf"(?<!\w)re_{_B62}{{8}}_(?P<secret>{_B62}{{24}})(?!\w)",
        "https://resend.com/docs/dashboard/api-keys/introduction",
    ),
    # Payments and shops
    TokenFormat(
        "Stripe live key",
        ("sk_live_", "rk_live_"),
        rf"[sr]k_live_(?P<secret>{_B62}{{16,}})",
        "https://docs.stripe.com/keys",
    ),
    TokenFormat(
        "Stripe webhook secret",
        ("whsec_",),
        r"whsec_(?P<secret>[A-Za-z0-9+/]{24,}=*)",
        "https://docs.stripe.com/webhooks/signature",
    ),
    TokenFormat(
        "Shopify token",
        ("shpat_", "shpca_", "shppa_", "shpss_"),
        r"shp(?:at|ca|pa|ss)_(?P<secret>[0-9a-fA-F]{32})",
        "https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens",
    ),
    TokenFormat(
        "Square credential",
        ("sq0atp-", "sq0csp-"),
        rf"sq0(?:atp-(?P<secret>{_B64URL}{{22}})|csp-{_B64URL}{{43}})",
        "https://developer.squareup.com/docs/build-basics/access-tokens",
    ),
    TokenFormat(
        "Plaid access token",
        ("access-production-", "access-development-"),
        rf"access-(?:production|development)-(?P<secret>{_UUID})",
        "https://plaid.com/docs/api/items/",
    ),
    TokenFormat(
        "Shippo token",
        ("shippo_live_",),
        rf"shippo_live_(?P<secret>{_HEX}{{40}})",
        "https://docs.goshippo.com/docs/guides_general/authentication/",
    ),
    TokenFormat(
        "Flutterwave secret key",
        ("FLWSECK-",),
        r"FLWSECK-(?P<secret>[0-9a-zA-Z]{32})-X",
        "https://developer.flutterwave.com/docs/authentication",
    ),
    # Models and their tooling
    TokenFormat(
        "OpenAI API key",
        ("sk-proj-", "sk-svcacct-", "sk-admin-", "T3BlbkFJ"),
        rf"sk-(?P<secret>(?:proj|svcacct|admin)-{_B64URL}{{40,}}|{_B64URL}{{20,}}T3BlbkFJ{_B64URL}{{20,}})",
        "https://platform.openai.com/docs/api-reference/authentication",
    ),
    TokenFormat(
        "Anthropic API key",
        ("sk-ant-",),
        rf"sk-ant-(?:api|admin|oat|ort|sid)\d\d-(?P<secret>{_B64URL}{{40,}})",
        "https://docs.anthropic.com/en/api/getting-started",
    ),
    TokenFormat(
        "OpenRouter API key",
        ("sk-or-v1-",),
        rf"sk-or-v1-(?P<secret>{_HEX}{{64}})",
        "https://openrouter.ai/docs/api-reference/authentication",
    ),
    TokenFormat(
        "Langfuse secret key",
        ("sk-lf-",),
        rf"sk-lf-(?P<secret>{_UUID})",
        "https://langfuse.com/faq/all/where-are-langfuse-api-keys",
    ),
    TokenFormat(
        "API key",
        ("sk-",),
        rf"(?<![\w-])sk-(?P<secret>{_B62}{{32,64}})(?![\w-])",
        "https://platform.openai.com/docs/api-reference/authentication",
    ),
    TokenFormat(
        "Hugging Face token",
        ("hf_", "api_org_"),
        r"(?<!\w)(?:hf_|api_org_)(?P<secret>[A-Za-z0-9]{34,37})(?!\w)",
        "https://huggingface.co/docs/hub/security-tokens",
    ),
    TokenFormat(
        "Groq API key", ("gsk_",), rf"gsk_(?P<secret>{_B62}{{48,56}})", "https://console.groq.com/docs/quickstart"
    ),
    TokenFormat(
        "Replicate token",
        ("r8_",),
        rf"(?<!\w)r8_(?P<secret>{_B62}{{37}})",
        "https://replicate.com/docs/topics/security/api-tokens",
    ),
    TokenFormat(
        "Perplexity API key",
        ("pplx-",),
        rf"pplx-(?P<secret>{_B62}{{48,56}})",
        "https://docs.perplexity.ai/getting-started/quickstart",
    ),
    TokenFormat("xAI API key", ("xai-",), rf"xai-(?P<secret>{_B62}{{70,90}})", "https://docs.x.ai/docs/overview"),
    TokenFormat(
        "Tavily API key",
        ("tvly-",),
        rf"tvly-(?:dev-|prod-)?(?P<secret>{_B62}{{32}})",
        "https://docs.tavily.com/documentation/quickstart",
    ),
    TokenFormat(
        "LangSmith key",
        ("lsv2_",),
        rf"lsv2_(?:pt|sk)_(?P<secret>{_HEX}{{32}}_{_HEX}{{10}})",
        "https://docs.smith.langchain.com/administration/how_to_guides/organization_management/create_account_api_key",
    ),
    TokenFormat(
        "Pinecone API key",
        ("pcsk_",),
        r"pcsk_(?P<secret>[A-Za-z0-9_]{60,})",
        "https://docs.pinecone.io/guides/projects/manage-api-keys",
    ),
    # Work and watching
    TokenFormat(
        "Linear API key",
        ("lin_api_", "lin_oauth_"),
        rf"lin_(?:api_(?P<secret>{_B62}{{40}})|oauth_{_HEX}{{64}})",
        "https://linear.app/developers/graphql#personal-api-keys",
    ),
    TokenFormat(
        "Notion token",
        ("ntn_", "secret_"),
        rf"(?<!\w)(?:ntn_(?P<secret>{_B62}{{40,50}})|secret_(?P<secret_old>{_B62}{{43}}))(?!\w)",
        "https://developers.notion.com/docs/authorization",
    ),
    TokenFormat(
        "Airtable token",
        ("pat",),
        rf"(?<!\w)pat{_B62}{{14}}\.(?P<secret>{_HEX}{{64}})",
        "https://airtable.com/developers/web/guides/personal-access-tokens",
    ),
    TokenFormat(
        "HubSpot token",
        ("pat-na", "pat-eu"),
        rf"pat-(?:na|eu)\d-(?P<secret>{_UUID})",
        "https://developers.hubspot.com/docs/guides/apps/private-apps/overview",
    ),
    TokenFormat(
        "Figma token",
        ("figd_",),
        rf"figd_(?P<secret>{_B64URL}{{40}})",
        "https://www.figma.com/developers/api#access-tokens",
    ),
    TokenFormat(
        "Contentful token",
        ("CFPAT-",),
        rf"CFPAT-(?P<secret>{_B64URL}{{43}})",
        "https://www.contentful.com/developers/docs/references/authentication/",
    ),
    TokenFormat(
        "Mapbox secret token",
        ("sk.eyJ",),
        rf"sk\.eyJ{_B64URL}{{20,}}\.(?P<secret>{_B64URL}{{20,}})",
        "https://docs.mapbox.com/accounts/guides/tokens/",
    ),
    TokenFormat(
        "Sentry token",
        ("sntrys_", "sntryu_"),
        rf"sntry(?:u_(?P<secret>{_HEX}{{64}})|s_eyJ[\w=/+-]{{60,}})",
        "https://docs.sentry.io/account/auth-tokens/",
    ),
    TokenFormat(
        "Grafana token",
        ("glsa_", "glc_eyJ"),
        rf"gl(?:sa_(?P<secret>{_B62}{{32}}_{_HEX}{{8}})|c_eyJ[\w=/+-]{{32,}})",
        "https://grafana.com/docs/grafana/latest/administration/service-accounts/",
    ),
    TokenFormat(
        "New Relic key",
        ("NRAK-",),
        r"NRAK-(?P<secret>[A-Z0-9]{27})",
        "https://docs.newrelic.com/docs/apis/intro-apis/new-relic-api-keys/",
    ),
    TokenFormat(
        "Dynatrace token",
        ("dt0c01.", "dt0s01.", "dt0s02."),
        r"dt0(?:c01|s01|s02)\.[A-Z0-9]{8,24}\.(?P<secret>[A-Z0-9]{64})",
        "https://docs.dynatrace.com/docs/manage/identity-access-management/access-tokens-and-oauth-clients/access-tokens",
    ),
    TokenFormat(
        "PostHog personal key",
        ("phx_",),
        rf"phx_(?P<secret>{_B62}{{43,}})",
        "https://posthog.com/docs/api#authentication",
    ),
    # Keys and signed tokens
    TokenFormat(
        "private key",
        ("PRIVATE KEY",),
        r"-----BEGIN (?:RSA |EC |DSA |OPENSSH |PGP )?PRIVATE KEY(?: BLOCK)?-----(?P<secret>[\sA-Za-z0-9+/=:.,-]{60,})",
        "https://www.rfc-editor.org/rfc/rfc7468#section-10",
    ),
    TokenFormat(
        "age secret key",
        ("AGE-SECRET-KEY-1",),
        r"AGE-SECRET-KEY-1(?P<secret>[0-9A-Z]{58})",
        "https://github.com/FiloSottile/age/blob/main/doc/age-keygen.1.ronn",
    ),
    TokenFormat(
        "signed JSON web token",
        ("eyJ",),
        r"(?<![\w.-])eyJ[\w-]{10,}\.eyJ(?P<payload>[\w-]{10,})\.(?P<secret>[\w-]{20,})",
        "https://www.rfc-editor.org/rfc/rfc7519",
    ),
)


_INDEX = {prefix: at for at, format in enumerate(FORMATS) for prefix in format.prefixes if len(prefix) > 1}
_PREFIX = regex("|".join(re.escape(prefix) for prefix in sorted(_INDEX, key=len, reverse=True)))
_DISCORD = next(format for format in FORMATS if format.prefixes[0] == "M")
_DIGIT = regex(r"\d")

_CONNECTION = regex(
    r"(?<![A-Za-z0-9+.-])(?P<scheme>[A-Za-z][A-Za-z0-9+.-]+)://(?P<user>[^\s:/?#@'\"<>{}$\[\]]*):(?P<password>[^\s/?#@'\"<>{}$\[\]]+)@(?P<host>[^\s/?#'\"]*)"
)
_DEVELOPMENT = frozenset(
    """
    password passwd pass pwd secret postgres postgresql mysql redis mongo mongodb rabbitmq guest root admin user
    username test dev local token key api_key apikey pw app db docker minio airflow mypassword mypass userpass
    """.split()
)
"""What stands where a password would: in documentation, in compose files of a developer's machine."""
_LOCAL = regex(
    r"(?i)(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\]|host\.docker\.internal|example\.(?:com|org|net)|.*\.(?:example|test|invalid)|host|hostname|server|proxy|ip)(?::.*)?$"
)


SHORTEST = 20
"""So many characters the shortest credential has; a URL with a password may be shorter."""


def find(text: str) -> str | None:
    """The name of the kind of credential that `text` holds, or None. Never the credential itself."""
    if "://" in text and "@" in text and _has_password(text):
        return "password in a URL"
    if len(text) < SHORTEST or (" " in text and not _DIGIT.search(text)):
        return None
    seen = set()
    for hit in _PREFIX.finditer(text):
        at = _INDEX[hit.group()]
        if at not in seen and _real(FORMATS[at], text):
            return FORMATS[at].name
        seen.add(at)
    if text.count(".") == 2 and _real(_DISCORD, text):
        return _DISCORD.name
    return None


@lru_cache(None)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _real(format: TokenFormat, text: str) -> bool:
    for match in _compiled(format.pattern).finditer(text):
        groups = match.groupdict()
        secret = groups.get("secret") or groups.get("secret_old") or match.group()
        if any(known in match.group() for known in PUBLISHED):
            continue
        if "payload" in groups and _is_public_claim(groups["payload"]):
            continue
        if not _is_example(secret):
            return True
    return False


def _is_example(secret: str) -> bool:
    """Documentation shows the shape with an alphabet, a repeated character or the word EXAMPLE in it."""
    body = "".join(secret.split())
    if len(body) > 400:
        return False
    return is_placeholder(body) or entropy(body) < min(2.6, 0.8 * log2(len(body)))


def _is_public_claim(payload: str) -> bool:
    """The token says of itself that anybody may have it (Supabase's `anon` role) or is the example of jwt.io."""
    from base64 import urlsafe_b64decode

    try:
        claims = urlsafe_b64decode("eyJ" + payload + "=" * (-(len(payload) + 3) % 4))
    except ValueError:
        return False
    return bool(
        re.search(
            rb'"role":\s*"anon"|"sub":\s*"1234567890"|John Doe|"(?:iss|sub|aud)":\s*"(?:joe|example|test)"', claims
        )
    )


def _has_password(text: str) -> bool:
    for match in _CONNECTION.finditer(text):
        user, password = match["user"].lower(), match["password"].lower()
        if password in _DEVELOPMENT or password == user or password in WEAK_PASSWORDS:
            continue
        if (
            is_placeholder(password)
            or len(password) < 4
            or re.fullmatch(r"[A-Z_]+|%\(?\w*\)?s?|\*+|x+", match["password"])
        ):
            continue
        if _LOCAL.match(match["host"]) and (
            not any(c.isdigit() for c in password) or not _DEVELOPMENT.isdisjoint(re.split(r"[\W_]+", password))
        ):
            continue
        return True
    return False
