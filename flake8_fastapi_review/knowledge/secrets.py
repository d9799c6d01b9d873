"""What a secret is called and what one looks like: the two judgements that all rules about secrets share.

Names are judged as English compounds: the last word that carries meaning is the head, so `token_url` is a
URL, `secret_name` a name, `password_reset_count` a count, and none of them is a secret. Values are judged by
length, character classes, entropy and by how much of them reads as words. Neither judgement alone convicts.
"""

from __future__ import annotations

import itertools
import re
from functools import lru_cache
from math import log2

from ..records import NamedTuple
from ..regex import regex

PASSWORD = "password"
SECRET = "secret"
TOKEN = "token"
KEY = "key"
CODE = "one-time code"
CARD = "card data"
CREDENTIALS = "credentials"


class SecretName(NamedTuple):
    """What a name promises about its value."""

    kind: str
    """One of the constants of this module."""
    strong: bool
    """False where the word means other things too: a `token` may be a piece of text, `secret` a Kubernetes object."""
    plural: bool
    own: bool
    """The application itself issues or checks it (a signing key, a password), so whoever knows the value gets in. False
    for keys of other services, where a made-up value opens nothing."""


_WORD = regex(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

_JOINED = {
    "apikey": ("api", "key"),
    "apikeys": ("api", "keys"),
    "apitoken": ("api", "token"),
    "appsecret": ("app", "secret"),
    "accesskey": ("access", "key"),
    "accesstoken": ("access", "token"),
    "authkey": ("auth", "key"),
    "authtoken": ("auth", "token"),
    "clientsecret": ("client", "secret"),
    "dbpass": ("db", "pass"),
    "dbpassword": ("db", "password"),
    "jwtsecret": ("jwt", "secret"),
    "oauth": ("auth",),
    "passwordhash": ("password", "hash"),
    "privatekey": ("private", "key"),
    "publickey": ("public", "key"),
    "refreshtoken": ("refresh", "token"),
    "secretkey": ("secret", "key"),
    "sessionid": ("session", "id"),
    "signingkey": ("signing", "key"),
    "userpassword": ("user", "password"),
    "usertoken": ("user", "token"),
}
"""Compounds that people write as one word."""

_PASSWORDS = frozenset(
    """
    password passwd passphrase passcode pwd passwords passphrases motdepasse contrasena passwort
    """.split()
)
_PASS_OWNERS = frozenset(
    """
    db database user admin root smtp mail email ftp sftp ldap mysql pg postgres redis mongo rabbitmq amqp proxy
    login ssh broker
    """.split()
)
"""`pass` alone is a statement, a hall pass, a test's outcome; after these it is a password."""

_SECRETS = frozenset(("secret", "secrets", "pepper"))
_SECRET_OWNERS = frozenset(
    """
    client app application jwt jws shared webhook hook signing session cookie csrf hmac totp otp mfa auth consumer
    api master user admin service token password server account endpoint hash encryption reset verification state
    access flask django payment
    """.split()
)
_OWN_SECRET_OWNERS = _SECRET_OWNERS - {"client", "consumer", "api", "app", "account", "access"}

_TOKENS = frozenset(("token", "tokens", "jwt", "jwts", "pat"))
_TOKEN_OWNERS = frozenset(
    """
    access refresh auth authentication authorization api bearer jwt id session csrf xsrf reset verification verify
    confirmation activation invite invitation registration personal bot github gitlab slack telegram discord notion
    user admin service secret security app client deploy deployment push login magic sas sts hf hub huggingface
    webhook bootstrap node agent worker join registry vault root raw identity oidc saml sso password recovery
    remember account impersonation download upload share proxy internal static guest valid new old current encoded
    existing cookie ws websocket grant transfer signed install device gateway
    """.split()
)
_OWN_TOKEN_OWNERS = frozenset(("admin", "internal", "static", "root", "service", "bootstrap", "registration", "join"))
_TEXT_TOKENS = frozenset(
    """
    next previous prev page paging pagination continuation continue cursor sync delta resume skip eos bos pad
    padding sep cls mask unk unknown special start end stop max min num count prompt input output completion
    completions reasoning thinking cached cache total word sub subword lexer parser syntax cancellation cancel
    fencing lock added generated image audio video text context budget per used remaining stream streaming first
    last query match extra chunk overlap limit sql reservation design decoded termination parsed masked non average
    avg estimated billed available summary message messages function functions model llm embedding rate idempotency
    request search vocab bit im fim draft accepted whole free erc nft coin crypto
    """.split()
)
"""Pieces of text, positions in a listing, flags of cancellation, coins: tokens that open nothing."""

_KEY_OWNERS = frozenset(
    """
    api secret private signing sign encryption encrypt decryption cipher access auth authentication jwt hmac master
    license licence ssh account fernet aes rsa webhook cookie shared subscription admin service role vault sas
    """.split()
)
_COUNTERS = frozenset("amplitude analytics mixpanel posthog plausible segment telemetry".split())
"""Services that count visitors: their keys can only write and are published with every page."""
_AMBIGUOUS_KEY_OWNERS = frozenset(
    "access ssh webhook account service role shared subscription license licence vault".split()
)
"""An access key is often the public half of a pair, an SSH key a file or the public key, a webhook's key its name."""
_OWN_KEY_OWNERS = frozenset(
    """
    secret private signing sign encryption encrypt decryption cipher jwt hmac master fernet aes rsa cookie admin
    auth authentication
    """.split()
)
_VENDORS = frozenset(
    """
    openai anthropic claude gemini groq mistral cohere tavily serper stripe sendgrid mailgun twilio azure aws
    deepgram elevenlabs pinecone langsmith datadog dd newrelic algolia cloudflare heroku resend perplexity deepseek
    xai together replicate
    """.split()
)

_CODES = frozenset(("otp", "totp", "passcode"))
_CODE_OWNERS = frozenset(
    """
    otp totp mfa verification verify confirmation reset recovery backup auth authorization login activation invite
    invitation sms security pin device access
    """.split()
)
_CARDS = frozenset(("cvv", "cvc", "cvv2", "cvc2", "ssn"))
_CARD_HEADS = {
    ("card", "number"),
    ("card", "no"),
    ("card", "num"),
    ("credit", "card"),
    ("debit", "card"),
    ("account", "pin"),
    ("card", "pin"),
    ("security", "number"),
}

_HEAD = regex(
    "(?i)"
    + "|".join(
        sorted(
            {*_PASSWORDS, "pass", *_SECRETS, *_TOKENS, "key", "credential", "creds", *_CODES, "code", "pin"}
            | {card.rstrip("2") for card in _CARDS}
            | {head for _, head in _CARD_HEADS}
        )
    )
)
"""What a name has to hold for one of its words to be the head of a secret's: most names hold nothing of it."""

_TRANSPARENT = frozenset(
    """
    value val str string text raw plain plaintext clear cleartext default fallback prod production dev development
    staging local current old new override b64 base64 bytes decrypted input param arg again confirm confirmation
    repeat literal hex
    """.split()
)
"""Words after the head that leave the thing what it is: `password_value`, `secret_key_default`, `token_str`."""

_HARMLESS = frozenset(
    """
    public publishable pub fake dummy mock mocked example sample placeholder masked redacted obfuscated sanitized
    hidden no not invalid missing wrong incorrect bad empty blank anonymous encrypted hashed censored unset without
    noop sentinel
    """.split()
)
"""Words before the head after which it is no secret, or no longer one."""

_DESCRIBED = frozenset(
    """
    function method call type func bound model input output option options setting settings config configuration
    schema cache query param params parameter parameters manifest file plan shape graph
    """.split()
)
"""Words before `signature` after which it is no proof: what something takes, or a digest to know it again by."""

_QUESTIONS = frozenset(
    """
    is has have had use uses using enable enabled disable require requires required need needs allow allows allowed
    should must can check show hide include exclude with support supports accept force skip validate delete remove
    count forgot change log revoke rotate expire mask redact list set update add find parse save store load num n
    max min total ignore authenticate
    """.split()
)
"""A name that starts so is a yes or no, a number or an action."""

_MAKERS = frozenset(
    """
    get create generate make build issue read fetch new random gen retrieve obtain encode decrypt sign mint default
    """.split()
)


@lru_cache(4096)
def words(name: str) -> tuple[str, ...]:
    """The lower-case words of an identifier, header or environment variable: `DBPassword2` → `db`, `password`, `2`."""
    found: list[str] = []
    for word in _WORD.findall(name):
        lower = word.lower()
        found.extend(_JOINED.get(lower, (lower,)))
    return tuple(found)


@lru_cache(4096)
def secret_name(name: str) -> SecretName | None:
    """What secret the thing called `name` holds, or None when the name promises none."""
    if _HEAD.search(name) is None:
        return None
    parts = words(name)
    end = len(parts)
    while end and (parts[end - 1] in _TRANSPARENT or parts[end - 1].isdigit()):
        end -= 1
    if not end:
        return None
    parts = parts[:end]
    before = parts[:-1]
    if _HARMLESS.intersection(before) or (before and before[0] in _QUESTIONS):
        return None
    if "by" in before[1:] or "from" in before[1:]:
        # `deleted_by_api_key`: who did it. `email_from_jwt`: what it says.
        return None
    return _judge_head(parts[-1], before)


def _judge_head(head: str, before: tuple[str, ...]) -> SecretName | None:
    owner = before[-1] if before else ""
    plural = head.endswith("s") and head != "pass"
    if head in _PASSWORDS or (head == "pass" and owner in _PASS_OWNERS):
        # `initial_pwd`, `old_pwd`: a working directory.
        return SecretName(PASSWORD, head != "pwd" or owner in _PASS_OWNERS, plural, True)
    if head in _SECRETS:
        return SecretName(
            SECRET, owner in _SECRET_OWNERS and not plural, plural, owner in _OWN_SECRET_OWNERS or not owner
        )
    if head in _TOKENS:
        if owner in _TEXT_TOKENS:
            return None
        if owner == "account" and "service" not in before:
            # `bank_account_token`: what a payment service calls an account.
            return SecretName(TOKEN, False, plural, False)
        return SecretName(
            TOKEN, owner in _TOKEN_OWNERS or (head == "jwt" and not plural), plural, owner in _OWN_TOKEN_OWNERS
        )
    if head in ("key", "keys"):
        if _COUNTERS.intersection(before):
            return None
        if owner in _KEY_OWNERS or owner in _VENDORS:
            strong = owner not in _AMBIGUOUS_KEY_OWNERS or "secret" in before or "private" in before
            return SecretName(KEY, strong, plural, owner in _OWN_KEY_OWNERS)
        return None
    if head in ("credentials", "credential", "creds"):
        return SecretName(CREDENTIALS, False, plural, True)
    if head in _CARDS or (owner, head) in _CARD_HEADS:
        return SecretName(CARD, True, False, False)
    if head in _CODES or (head in ("code", "pin") and owner in _CODE_OWNERS):
        return SecretName(CODE, head in _CODES, plural, False)
    return None


@lru_cache(1024)
def made_secret(name: str) -> SecretName | None:
    """What secret a function called `name` hands out: `create_access_token`, `generateOtp`; None for other names."""
    parts = words(name)
    if len(parts) < 2 or parts[0] not in _MAKERS:
        return None
    return secret_name("_".join(parts[1:]))


@lru_cache(1024)
def authenticator_name(name: str) -> str | None:
    """What an attacker could forge byte by byte if comparing it took measurable time: a signature, a digest.

    Plain content hashes, checksums and ETags are public and give None, as do signatures of functions.
    """
    parts = words(name)
    while parts and (parts[-1] in _TRANSPARENT or parts[-1] in ("header", "hexdigest") or parts[-1].isdigit()):
        parts = parts[:-1]
    if not parts or _HARMLESS.intersection(parts[:-1]) - {"hashed"} or parts[0] in _QUESTIONS:
        return None
    head, before = parts[-1], parts[:-1]
    if head in ("signature", "hmac", "sig"):
        return None if _DESCRIBED.intersection(before) else head
    if head == "mac" and not before:
        return None
    if head in ("digest", "hash", "mac"):
        for word in reversed(before):
            if word in ("signature", "hmac", "webhook") or secret_name(word) or word in ("pin",):
                return head
        return head if len(before) > 1 and secret_name("_".join(before)) else None
    if before and before[0] in ("hashed", "hash") and secret_name("_".join((*before[1:], head))):
        return "hash"
    return None


# ---------------------------------------------------------------------------------------------- values

_PLACEHOLDER_WORDS = regex(
    r"(?i)your|example|sample|placeholder|dummy|fake|mock|redact|mask|change[-_. ]?(?:me|this|it)|replace|insert|todo"
    r"|fixme|xxx|\*\*\*|\.\.\.|…|<[^>]*>|\$\{|\{\{|\}\}"
    r"|%\(|\{\w*\}|not[-_]?(?:set|needed|required|used|a[-_]real)|no[-_]?(?:key|token|password|secret)|undefined|unknown|n/a|lorem|foobar|deadbeef|notreal|to[-_]?be[-_]|dev[-_]only|only[-_]for|do[-_]not[-_]use|never[-_]use"
)
_NOTHING = frozenset(
    """
    none null nil empty true false undefined default auto test testing tests string str optional required any all na
    no yes disabled enabled unset local localhost dev example env config x - ignored unused foo bar baz ollama
    lm-studio vllm sk-none
    """.split()
)

WEAK_PASSWORDS = frozenset(
    """
    1234 12345 123456 1234567 12345678 123456789 1234567890 0000 1111 111111 000000 123123 654321 admin
    administrator root toor changeme changeit change_me change-me changethis letmein welcome qwerty iloveyou monkey
    dragon abc123 admin123 password1 password123 passw0rd p@ssw0rd p@ssword root123 test123 secret123 minioadmin
    qwerty123 supersecret s3cr3t superadmin
    """.split()
)
"""Passwords that stand at the head of every dictionary; as the literal value of a password they are a real default."""

_CHANGE_ME = regex(r"(?i)(?:please)?[-_. ]?change[-_. ]?(?:me|this|it)(?:[-_. !]\w*)*")
"""As a password it is one: nothing forces anybody to change it."""

_LABEL_WORDS = frozenset(("password", "secret", "token", "pass", "passwd", "pwd", "guest", "postgres", "mysql", "user"))
"""The laziest of passwords, and the names of the thing; only a neighbouring user name tells which."""

_PUBLIC = regex(
    r"phc_|pk_(?:live|test)_|pk\.eyJ|[sr]k_test_|rzp_test_|ssh-(?:rsa|ed25519|dss) |sb_publishable_"
    r"|-----BEGIN (?:PUBLIC|CERT)|MIIBIjANBgkqhkiG9w0BAQEFAAOC"
)
"""Keys for everybody (write-only analytics, publishable and public keys) or for a sandbox only."""

PUBLISHED = (
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw",  # storage emulator
    "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw",  # Cosmos DB emulator
    "SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c",  # the example of jwt.io
)
"""Published for everybody to use; they protect nothing."""

_FILE_END = regex(
    r"(?i)\.(?:pem|key|crt|cer|json|ya?ml|toml|ini|env|txt|py|cfg|conf|html?|md|db|sqlite3?|p12|pfx|jks|log|csv|xml|svg|png|js|css|ts|tsx|sh|pub|lock|j2|tmpl|template)$"
)
_REGEX_MARKS = regex(
    r"\[\^|\\[dwsbDWSB.]|\(\?|\[[a-zA-Z0-9]-[a-zA-Z0-9]|\]\+|\]\*|\]\{|\.\*|\.\+|^\^|\$$(?<=[)\]+*}]\$)"
)
_UUID = regex(r"(?i)[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_HEX = regex(r"(?:0x)?(?:[0-9a-f]+|[0-9A-F]+)")
_VERSIONED = frozenset(
    """
    oauth2 oauth1 sha1 sha256 sha384 sha512 md5 utf8 utf16 base64 base32 b64 hs256 hs384 hs512 rs256 rs384 rs512
    es256 es384 es512 ps256 eddsa ed25519 x509 ipv4 ipv6 http2 s3 ec2 k8s auth0 p256 aes128 aes256 argon2 argon2id
    argon2i pbkdf2 a256gcm scram int64 int32 float32 p12 v1 v2 v3 v4 i18n rfc6749 rfc6750 gpt4 neo4j db2 l10n
    oauth20 pkcs8 pkcs12 x25519 secp256k1 hmac256
    """.split()
)
"""Words of the trade that carry digits: as parts of a value they are words, not noise."""


def entropy(text: str) -> float:
    """Shannon entropy in bits per character."""
    size = len(text)
    if not size:
        return 0.0
    return -sum(n / size * log2(n / size) for n in (text.count(c) for c in set(text)))


def is_placeholder(value: str) -> bool:
    """The value says of itself that it is none: a template, `your-api-key`, `xxxx`, an alphabet, one sign repeated."""
    lower = value.strip().lower()
    if lower in _NOTHING or _PLACEHOLDER_WORDS.search(value):
        return True
    if len(set(lower)) <= 2 or _repeats(lower):
        return True
    return len(lower) >= 10 and _counted(lower) * 2 >= len(lower)


def _repeats(text: str) -> bool:
    """A run of one character makes up a third of the text and more than four places."""
    longest = run = 1
    for left, right in itertools.pairwise(text):
        run = run + 1 if left == right else 1
        longest = max(longest, run)
    return longest > 4 and longest * 3 >= len(text)


def _counted(text: str) -> int:
    """How many characters follow their neighbour in the alphabet or in counting, as in `abcdef123456`."""
    return sum(ord(right) - ord(left) == 1 for left, right in itertools.pairwise(text))


def _pieces(value: str) -> list[str]:
    """The runs of letters and of digits, split where camel case splits."""
    return _WORD.findall(value)


_VOWELS = frozenset("aeiouyAEIOUY")


def _is_word(piece: str) -> bool:
    """Letters that can be spoken: at least three, some vowels, no long run of consonants."""
    if len(piece) < 3 or not piece.isalpha():
        return False
    vowels = sum(c in _VOWELS for c in piece)
    if vowels * 7 < len(piece):
        return False
    run = 0
    for c in piece:
        run = 0 if c in _VOWELS else run + 1
        if run > 5:
            return False
    return True


def reads_as_words(value: str) -> bool:
    """Most of the value is words: `fastapi-users:reset`, `X-API-Key`, `errors.invalid_token`, `AccessTokenExpired`."""
    letters = [c for c in value if c.isalnum()]
    if not letters:
        return True
    spoken = 0
    for part in re.split(r"[^A-Za-z0-9]+", value):
        if part.lower() in _VERSIONED:
            spoken += len(part)
            continue
        spoken += sum(len(piece) for piece in _pieces(part) if _is_word(piece))
    return spoken * 10 >= len(letters) * 6


def looks_random(value: str, at_least: int = 16) -> bool:
    """The value was made by a machine: long, without spaces, of mixed classes, unlike words, of high entropy."""
    if len(value) < at_least or len(value) > 4096 or not value.isascii() or re.search(r"\s", value):
        return False
    if _UUID.fullmatch(value):
        return len(set(value)) > 8 and _counted(value.replace("-", "")) * 3 < 32
    if _HEX.fullmatch(value):
        body = value.removeprefix("0x")
        digits = sum(c.isdigit() for c in body)
        return 0 < digits < len(body) and entropy(body) >= 2.6
    if not re.fullmatch(r"[\w+/=.~!@#$%^&*:-]+", value):
        return False
    parts = re.split(r"[-_.:/]", value)
    if len(parts) > 2 and all(part.isalpha() or part.isdigit() or len(part) < 3 for part in parts):
        return False  # `gpt-4.1-mini-2025-04-14`: a name with a date or a version in it
    has = [any(map(test, value)) for test in (str.islower, str.isupper, str.isdigit)]
    if sum(has) < 2 or not (has[0] or has[1]):
        return False
    return entropy(value) >= min(3.2, log2(len(value)) * 0.8) and not reads_as_words(value)


def is_label(value: str) -> bool:
    """The value names something: an environment variable, a path, a URL, a file, a header, a pattern, prose."""
    if re.search(r"\s", value) or not value.isprintable():
        return True
    if value.startswith(
        ("/", "./", "../", "~", "$", "%", "{", "<", "--", "@", "#/", "http:", "https:", "urn:", "env:", "file:")
    ) and not value.endswith("="):
        return True
    if "://" in value or _FILE_END.search(value) or _REGEX_MARKS.search(value):
        return True
    if re.fullmatch(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]{1,14})+_?", value):
        return True
    if value.endswith(("_", "-", ":", "=", "?")) and not looks_random(value):
        return True
    return bool(re.fullmatch(r"[^\W\d]+(?:\.[^\W\d]\w*)+|[a-z]+(?:[A-Z][a-z]+)*", value)) and reads_as_words(value)


_NOISE = regex(r"[0-9!@#$%^&*]")


def could_be_secret(value: str) -> bool:
    """A quick look that lets every value pass for which `looks_secret` may hold, and few others."""
    if len(value) < 4 or len(value) > 4096 or " " in value or "\n" in value:
        return False
    if _NOISE.search(value) or (len(value) >= 16 and value.isalpha()):
        return True
    return value.lower() in WEAK_PASSWORDS or _CHANGE_ME.fullmatch(value) is not None


def looks_secret(name: SecretName, value: str) -> bool:
    """`value`, as the literal value of a thing named so, is a real secret: no placeholder, no label."""
    if name.kind == PASSWORD and (value.lower() in WEAK_PASSWORDS or _CHANGE_ME.fullmatch(value)):
        return True
    if is_placeholder(value) or is_label(value) or _PUBLIC.match(value) or value.startswith(PUBLISHED):
        return False
    if name.kind == PASSWORD:
        return _looks_password(value)
    if name.kind == CARD:
        return False
    if name.kind == CODE:
        return False
    return looks_random(value) or (name.own and name.strong and _looks_mixed(value))


def _looks_password(value: str) -> bool:
    """Six characters or more with letters and digits or signs in them, not joined like an identifier."""
    if not 6 <= len(value) <= 128:
        return False
    letters = any(c.isalpha() for c in value)
    digits = any(c.isdigit() for c in value)
    signs = any(not c.isalnum() and c not in "_-.:/ " for c in value)
    if not letters:
        return False
    if re.search(r"[_.:/-]", value) and not signs:
        return looks_random(value, 12) or (digits and not reads_as_words(value))
    return digits or (signs and bool(re.search(r"[!@#$%^&*]", value)))


def _looks_mixed(value: str) -> bool:
    """Ten characters or more in which digits stand between letters, as people write keys by hand: `s3cr3t-k3y!`."""
    return len(value) >= 10 and bool(re.search(r"[A-Za-z][0-9]+[A-Za-z]", value)) and not reads_as_words(value)


def is_usable_default(name: SecretName, value: str) -> bool:
    """A fallback that lets the application run as if configured: whoever reads the code knows it.

    For what the application itself issues or checks every text will do, `changeme` too; the key of another service
    must look real, for a made-up one opens nothing.
    """
    text = value.strip()
    if not text or text.lower() in ("none", "null", "false", "true", "auto"):
        return False
    if "://" in text or text.startswith(("/", "~/", "./", "${", "{{", "<")) or _FILE_END.search(text):
        return False
    if name.kind == PASSWORD:
        return True
    if name.own:
        return name.strong or looks_secret(name, text)
    return looks_secret(name, text)
