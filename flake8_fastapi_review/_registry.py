"""All rules. Written by `python -m flake8_fastapi_review.registry`; do not edit."""

# fmt: off
# ruff: noqa: E501
from __future__ import annotations

from typing import Any

ROWS: tuple[tuple[Any, ...], ...] = (
    (
        'FAR000',  # code
        'review-problem',  # name
        'important',  # severity
        'on',  # default
        ('app', 'test', 'migration', 'script', 'example'),  # roles
        (),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'The review itself met a problem',  # summary
        'far000_review_problem',  # module
        'ReviewProblem',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR001',  # code
        'blocking-io-in-async',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (('async def',),),  # markers
        400,  # cwe
        None,  # cvss
        (('allow', 'frozenset[str]', "Qualified names of functions that may block, such as `builtins.open` or the project's own `app.audit.write_line`."),),  # options
        'A blocking call runs on the event loop',  # summary
        'far00_async.far001_blocking_io_in_async',  # module
        'BlockingIoInAsync',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR002',  # code
        'blocking-sleep-in-async',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (('async def',),),  # markers
        400,  # cwe
        None,  # cvss
        (('allow', 'frozenset[str]', "Qualified names of functions that may block, such as `builtins.open` or the project's own `app.audit.write_line`."),),  # options
        'A sleep stops the event loop',  # summary
        'far00_async.far002_blocking_sleep_in_async',  # module
        'BlockingSleepInAsync',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR003',  # code
        'coroutine-never-awaited',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (),  # markers
        252,  # cwe
        None,  # cvss
        (),  # options
        'A coroutine is created and never awaited',  # summary
        'far00_async.far003_coroutine_never_awaited',  # module
        'CoroutineNeverAwaited',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR004',  # code
        'cpu-bound-in-async',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('async def',),),  # markers
        400,  # cwe
        None,  # cvss
        (('allow', 'frozenset[str]', "Qualified names of functions that may block, such as `builtins.open` or the project's own `app.audit.write_line`."),),  # options
        'Heavy computation runs on the event loop',  # summary
        'far00_async.far004_cpu_bound_in_async',  # module
        'CpuBoundInAsync',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR005',  # code
        'sync-db-in-async',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (('async def',),),  # markers
        400,  # cwe
        None,  # cvss
        (('allow', 'frozenset[str]', "Qualified names of functions that may block, such as `builtins.open` or the project's own `app.audit.write_line`."),),  # options
        'Synchronous database work runs on the event loop',  # summary
        'far00_async.far005_sync_db_in_async',  # module
        'SyncDbInAsync',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR006',  # code
        'nested-event-loop',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (('async def',),),  # markers
        834,  # cwe
        None,  # cvss
        (('allow', 'frozenset[str]', "Qualified names of functions that may block, such as `builtins.open` or the project's own `app.audit.write_line`."),),  # options
        'A second event loop is started from a running one',  # summary
        'far00_async.far006_nested_event_loop',  # module
        'NestedEventLoop',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR007',  # code
        'sequential-independent-awaits',  # name
        'minor',  # severity
        'on',  # default
        ('app',),  # roles
        (('await',),),  # markers
        None,  # cwe
        None,  # cvss
        (('always', 'bool', 'Report reads that are no requests, and loops, too.'),),  # options
        'Independent reads are awaited one after the other',  # summary
        'far00_async.far007_sequential_independent_awaits',  # module
        'SequentialIndependentAwaits',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR008',  # code
        'sync-use-of-async-resource',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'An asynchronous context manager or iterator is used with plain `with` or `for`',  # summary
        'far00_async.far008_sync_use_of_async_resource',  # module
        'SyncUseOfAsyncResource',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR009',  # code
        'async-without-await',  # name
        'minor',  # severity
        'off',  # default
        ('app',),  # roles
        (('async def',),),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'An `async def` route awaits nothing',  # summary
        'far00_async.far009_async_without_await',  # module
        'AsyncWithoutAwait',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR010',  # code
        'http-exception-without-detail',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('raise', 'return'), ('fastapi', 'starlette', 'Exception')),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'An HTTPException is raised without a detail',  # summary
        'far01_errors.far010_http_exception_without_detail',  # module
        'HttpExceptionWithoutDetail',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR011',  # code
        'http-exception-not-raised',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (('fastapi', 'starlette', 'HTTPException'),),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'An HTTPException is returned by the function that answers the request, or created and dropped',  # summary
        'far01_errors.far011_http_exception_not_raised',  # module
        'HttpExceptionNotRaised',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR012',  # code
        'bare-except',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('except:', 'except :'),),  # markers
        396,  # cwe
        None,  # cvss
        (),  # options
        'A handler names no exception and so catches every one',  # summary
        '',  # module
        '',  # cls
        'python',  # language
        '{"applicability": "unsafe", "code": "FAR012", "config": {"rule": {"all": [{"has": {"kind": "block", "nthChild": {"ofRule": {"not": {"kind": "comment"}}, "position": 1}}}, {"not": {"has": {"matches": "FAR012-re-raises"}}}, {"not": {"matches": "FAR012-swallows-cancellation"}}], "kind": "except_clause", "pattern": "$HANDLER"}, "transform": {"NAMED": {"replace": {"by": "except Exception:", "replace": "^except\\\\s*:", "source": "$HANDLER"}}}, "utils": {"FAR012-re-raises": {"has": {"any": [{"all": [{"kind": "raise_statement"}, {"regex": "^raise$"}]}, {"all": [{"kind": "with_statement"}, {"has": {"field": "body", "matches": "FAR012-re-raises"}}]}, {"all": [{"has": {"field": "consequence", "matches": "FAR012-re-raises"}}, {"has": {"has": {"field": "body", "matches": "FAR012-re-raises"}, "kind": "else_clause"}}, {"not": {"has": {"kind": "elif_clause", "not": {"has": {"field": "consequence", "matches": "FAR012-re-raises"}}}}}], "kind": "if_statement"}, {"any": [{"has": {"has": {"matches": "FAR012-re-raises"}, "kind": "finally_clause"}}, {"all": [{"has": {"field": "body", "matches": "FAR012-re-raises"}}, {"not": {"has": {"kind": "except_clause", "not": {"has": {"matches": "FAR012-re-raises"}}}}}]}], "kind": "try_statement"}], "nthChild": {"ofRule": {"not": {"kind": "comment"}}, "position": 1, "reverse": true}}, "kind": "block", "not": {"any": [{"has": {"kind": "return_statement", "stopBy": {"matches": "FAR012-scope"}}}, {"has": {"any": [{"kind": "break_statement"}, {"kind": "continue_statement"}], "stopBy": {"any": [{"matches": "FAR012-scope"}, {"kind": "for_statement"}, {"kind": "while_statement"}]}}}]}}, "FAR012-scope": {"any": [{"kind": "function_definition"}, {"kind": "class_definition"}, {"kind": "lambda"}]}, "FAR012-swallows-cancellation": {"all": [{"not": {"has": {"kind": "raise_statement", "stopBy": {"matches": "FAR012-scope"}}}}, {"not": {"follows": {"kind": "except_clause", "regex": "^except[^:]*(Cancel|BaseException)", "stopBy": "end"}}}, {"inside": {"has": {"field": "body", "has": {"matches": "FAR012-waits", "stopBy": {"matches": "FAR012-scope"}}}, "kind": "try_statement"}}, {"inside": {"has": {"regex": "^async$"}, "kind": "function_definition", "stopBy": {"matches": "FAR012-scope"}}}]}, "FAR012-waits": {"any": [{"regex": "^async$"}, {"kind": "yield"}, {"kind": "await", "not": {"has": {"any": [{"any": [{"kind": "identifier"}, {"kind": "attribute"}, {"kind": "subscript"}]}, {"all": [{"has": {"field": "function", "regex": "(^|\\\\.)(gather|wait|wait_for|shield)$"}}, {"has": {"field": "arguments", "has": {"any": [{"kind": "identifier"}, {"kind": "attribute"}, {"kind": "list_splat"}]}}}], "kind": "call"}]}}}]}}}, "cvss": null, "cwe": 396, "default": "on", "files": [], "fix": "$NAMED", "fix_message": "Catch `Exception`", "ignores": [], "language": "python", "markers": [["except:", "except :"]], "message": "`except:` also catches `KeyboardInterrupt`, `SystemExit` and `CancelledError`: name the exception, or write `except Exception:`", "name": "bare-except", "page": "A handler names no exception and so catches every one.\\n\\n`except:` means `except BaseException:`. It takes in `KeyboardInterrupt` and `SystemExit`, so a worker cannot be\\nstopped; `asyncio.CancelledError`, so a request that the client gave up goes on; and `NameError` or `TypeError`, so a\\nslip of the pen becomes an answer such as \\"not found\\". A handler that cleans up and then re-raises with a bare\\n`raise` on every path is fine and not reported. In a coroutine that awaits, a handler that raises nothing is the\\nmatter of `cancellation-swallowed`.\\n\\nThe fix names `Exception`. It is unsafe: what only `except:` caught is then raised.\\n\\nBad:\\n\\n    def read_limit(text):\\n        try:\\n            return int(text)\\n        except:\\n            return 10\\n\\nGood:\\n\\n    def read_limit(text):\\n        try:\\n            return int(text)\\n        except ValueError:\\n            return 10", "resolve": {}, "roles": ["app"], "severity": "important", "source": "errors/far012_bare_except.yml", "suffixes": [".py", ".pyi"], "url": null}',  # payload
    ),
    (
        'FAR013',  # code
        'swallowed-exception',  # name
        'important',  # severity
        'off',  # default
        ('app',),  # roles
        (('except',), ('Exception', 'BaseException')),  # markers
        390,  # cwe
        None,  # cvss
        (('reads', 'bool', 'Report what only reads something into variables of its own, too; that it is not there is often an answer.'),),  # options
        'A handler for every exception does nothing about it',  # summary
        'far01_errors.far013_swallowed_exception',  # module
        'SwallowedException',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR014',  # code
        'broad-except-in-route',  # name
        'minor',  # severity
        'on',  # default
        ('app',),  # roles
        (('except',), ('Exception', 'BaseException'), ('fastapi', 'starlette', 'router', 'app')),  # markers
        396,  # cwe
        None,  # cvss
        (),  # options
        "`except Exception` around a route's whole body turns every error into one status",  # summary
        'far01_errors.far014_broad_except_in_route',  # module
        'BroadExceptInRoute',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR015',  # code
        'exception-detail-leak',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('except ', 'exception_handler', 'exc:', 'exc)', 'exc:', ': Exception', 'Error)'), ('HTTPException', 'Response', 'Exception', 'router', 'app')),  # markers
        209,  # cwe
        'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N',  # cvss
        (),  # options
        'The text of an exception, or a traceback, goes into a response',  # summary
        'far01_errors.far015_exception_detail_leak',  # module
        'ExceptionDetailLeak',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR016',  # code
        'wrong-error-status',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('raise', 'return'), ('fastapi', 'starlette', 'Exception')),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'An HTTPException has a status that is no error, that does not exist, or that contradicts its detail',  # summary
        'far01_errors.far016_wrong_error_status',  # module
        'WrongErrorStatus',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR017',  # code
        'lost-exception-cause',  # name
        'minor',  # severity
        'on',  # default
        ('app',),  # roles
        (('except',), ('raise ',)),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'An exception is raised in a handler without `from`',  # summary
        'far01_errors.far017_lost_exception_cause',  # module
        'LostExceptionCause',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR018',  # code
        'log-without-traceback',  # name
        'minor',  # severity
        'on',  # default
        ('app',),  # roles
        (('except',), ('.error(', '.critical(', '.fatal(', '.aerror(', '.acritical(')),  # markers
        778,  # cwe
        None,  # cvss
        (),  # options
        'An error is logged in a handler without the exception',  # summary
        'far01_errors.far018_log_without_traceback',  # module
        'LogWithoutTraceback',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR019',  # code
        'cancellation-swallowed',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (('async def',), ('CancelledError', 'BaseException', 'except:', 'Cancelled', 'cancelled_exc_class')),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'A handler in a coroutine catches `CancelledError` and the coroutine goes on',  # summary
        'far01_errors.far019_cancellation_swallowed',  # module
        'CancellationSwallowed',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR020',  # code
        'hardcoded-secret',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (),  # markers
        798,  # cwe
        'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',  # cvss
        (),  # options
        'A credential stands in the source code',  # summary
        'far02_secrets.far020_hardcoded_secret',  # module
        'HardcodedSecret',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR021',  # code
        'insecure-secret-default',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (),  # markers
        1188,  # cwe
        'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N',  # cvss
        (),  # options
        'A secret that should come from the configuration has a fallback that works',  # summary
        'far02_secrets.far021_insecure_secret_default',  # module
        'InsecureSecretDefault',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR022',  # code
        'sensitive-data-in-logs',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (('log', 'print'),),  # markers
        532,  # cwe
        'CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:N/A:N',  # cvss
        (),  # options
        'A password, a token or other secret is written to the log',  # summary
        'far02_secrets.far022_sensitive_data_in_logs',  # module
        'SensitiveDataInLogs',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR023',  # code
        'sensitive-field-in-response',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (('.get(', '.post(', '.put(', '.patch(', '.delete(', '.api_route('),),  # markers
        200,  # cwe
        'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N',  # cvss
        (),  # options
        'A password, its hash or another secret is part of what a route answers',  # summary
        'far02_secrets.far023_sensitive_field_in_response',  # module
        'SensitiveFieldInResponse',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR024',  # code
        'secret-in-query-string',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (),  # markers
        598,  # cwe
        'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N',  # cvss
        (('vendors', 'bool', 'Report keys of other services in their URLs, too.'),),  # options
        'A password, token or key travels in a URL',  # summary
        'far02_secrets.far024_secret_in_query_string',  # module
        'SecretInQueryString',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR025',  # code
        'plain-text-secret-field',  # name
        'minor',  # severity
        'on',  # default
        ('app',),  # roles
        (),  # markers
        312,  # cwe
        'CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:L/I:N/A:N',  # cvss
        (),  # options
        'A secret of the settings or of a request is typed `str`',  # summary
        'far02_secrets.far025_plain_text_secret_field',  # module
        'PlainTextSecretField',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR026',  # code
        'weak-password-hash',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (('hashlib', 'passlib', 'assword', 'passwd', 'pwd'),),  # markers
        916,  # cwe
        'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N',  # cvss
        (),  # options
        'A password is hashed with a fast hash such as MD5, SHA-1 or SHA-256',  # summary
        'far02_secrets.far026_weak_password_hash',  # module
        'WeakPasswordHash',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR027',  # code
        'insecure-random-token',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (('random', 'uuid1'),),  # markers
        330,  # cwe
        'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N',  # cvss
        (),  # options
        'A token, one-time code, password or session id is made by `random` or `uuid1`',  # summary
        'far02_secrets.far027_insecure_random_token',  # module
        'InsecureRandomToken',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR028',  # code
        'timing-unsafe-comparison',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (),  # markers
        208,  # cwe
        'CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:N/A:N',  # cvss
        (),  # options
        'A secret, a signature or a digest is compared with `==`',  # summary
        'far02_secrets.far028_timing_unsafe_comparison',  # module
        'TimingUnsafeComparison',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR029',  # code
        'unencrypted-credential-column',  # name
        'important',  # severity
        'cfg',  # default
        ('app',),  # roles
        (),  # markers
        312,  # cwe
        'CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:N/A:N',  # cvss
        (('columns', 'frozenset[str]', 'Columns with their model: `app.models.Integration.credentials`.'), ('encrypt', 'frozenset[str]', 'Qualified names of functions that encrypt.')),  # options
        'A column that holds credentials is assigned a value that was not encrypted',  # summary
        'far02_secrets.far029_unencrypted_credential_column',  # module
        'UnencryptedCredentialColumn',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR030',  # code
        'sql-injection',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (('def ',),),  # markers
        89,  # cwe
        'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',  # cvss
        (('consoles', 'bool', 'Report routes that take a whole statement (`sql`), too, where one has to log in for them.'),),  # options
        'SQL text is put together from what a client sent',  # summary
        'far03_injection.far030_sql_injection',  # module
        'SqlInjection',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR031',  # code
        'command-injection',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (('def ',),),  # markers
        78,  # cwe
        'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',  # cvss
        (('terminals', 'bool', 'Report routes that exist to run a `command`, too, where one has to log in for them.'),),  # options
        'A command line is put together from what a client sent, or the client chooses the program',  # summary
        'far03_injection.far031_command_injection',  # module
        'CommandInjection',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR032',  # code
        'code-injection',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (('def ',),),  # markers
        95,  # cwe
        'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',  # cvss
        (('others', 'bool', 'Report `eval` and `exec` of all that no client is known to write, not only `eval` of what surely is a text.'),),  # options
        'Python code or the name of a module comes from a client and is run',  # summary
        'far03_injection.far032_code_injection',  # module
        'CodeInjection',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR033',  # code
        'path-traversal',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (('def ',),),  # markers
        22,  # cwe
        'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:N/A:N',  # cvss
        (('chosen', 'bool', 'Report paths that people enter as a whole (`path`, `output_folder`, `cwd`), too: most are meant.'), ('far', 'bool', 'Report ways through more than four functions, too: checks on them are not always understood.')),  # options
        'A request chooses which file is opened, sent, written or removed',  # summary
        'far03_injection.far033_path_traversal',  # module
        'PathTraversal',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR034',  # code
        'ssrf',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (('def ',),),  # markers
        918,  # cwe
        'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:N/A:N',  # cvss
        (('services', 'bool', 'Report addresses of providers, nodes and peers that people enter (`base_url`), too: most are meant.'), ('far', 'bool', 'Report ways through more than four functions, too: checks on them are not always understood.')),  # options
        'The server requests a URL whose host a client chooses',  # summary
        'far03_injection.far034_ssrf',  # module
        'Ssrf',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR035',  # code
        'cross-site-scripting',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (('def ', 'Environment('),),  # markers
        79,  # cwe
        'CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N',  # cvss
        (),  # options
        'HTML is put together from what a client sent, without escaping',  # summary
        'far03_injection.far035_cross_site_scripting',  # module
        'CrossSiteScripting',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR036',  # code
        'unsafe-deserialization',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (('def ',),),  # markers
        502,  # cwe
        'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',  # cvss
        (('files', 'bool', 'Report files that are loaded so, too; whoever can write one runs code in the service.'),),  # options
        'Data of a client is read by a loader that runs code',  # summary
        'far03_injection.far036_unsafe_deserialization',  # module
        'UnsafeDeserialization',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR037',  # code
        'template-injection',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (('def ',),),  # markers
        1336,  # cwe
        'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',  # cvss
        (),  # options
        'The source of a template is put together from what a client sent',  # summary
        'far03_injection.far037_template_injection',  # module
        'TemplateInjection',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR038',  # code
        'open-redirect',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('def ',),),  # markers
        601,  # cwe
        'CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N',  # cvss
        (),  # options
        'A redirect leads where a client says',  # summary
        'far03_injection.far038_open_redirect',  # module
        'OpenRedirect',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR039',  # code
        'nosql-injection',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (('def ',),),  # markers
        943,  # cwe
        'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:L/A:N',  # cvss
        (),  # options
        'A MongoDB or LDAP filter is made of an unvalidated value of a client',  # summary
        'far03_injection.far039_nosql_injection',  # module
        'NosqlInjection',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR040',  # code
        'header-injection',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('def ',),),  # markers
        113,  # cwe
        'CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N',  # cvss
        (),  # options
        'A response header is put together from what a client sent',  # summary
        'far03_injection.far040_header_injection',  # module
        'HeaderInjection',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR041',  # code
        'log-injection',  # name
        'minor',  # severity
        'off',  # default
        ('app',),  # roles
        (('def ',),),  # markers
        117,  # cwe
        'CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:N/I:L/A:N',  # cvss
        (('debug', 'bool', 'Also report what is only logged at the level `debug`.'),),  # options
        'A log line holds a text of a client as it came',  # summary
        'far03_injection.far041_log_injection',  # module
        'LogInjection',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR042',  # code
        'regex-injection',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('def ',),),  # markers
        1333,  # cwe
        'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H',  # cvss
        (),  # options
        'A regular expression is compiled from what a client sent',  # summary
        'far03_injection.far042_regex_injection',  # module
        'RegexInjection',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR043',  # code
        'xml-external-entity',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (('def ',),),  # markers
        611,  # cwe
        'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N',  # cvss
        (),  # options
        'XML of a client is read by a parser that resolves entities',  # summary
        'far03_injection.far043_xml_external_entity',  # module
        'XmlExternalEntity',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR044',  # code
        'mass-assignment',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('def ',),),  # markers
        915,  # cwe
        'CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:N/I:H/A:N',  # cvss
        (),  # options
        'A client chooses which fields of a database entity are set',  # summary
        'far03_injection.far044_mass_assignment',  # module
        'MassAssignment',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR050',  # code
        'unauthenticated-route',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (('.get(', '.post(', '.put(', '.patch(', '.delete(', '.api_route(', '.add_api_route(', '.websocket(', '.route(', '.add_api_websocket_route(', '.add_route('),),  # markers
        306,  # cwe
        'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:N',  # cvss
        (('public', 'frozenset[str]', 'Paths, with `*` for anything, of routes that are open on purpose.'), ('authenticators', 'frozenset[str]', 'Qualified names of dependencies that authenticate.')),  # options
        'A route lets everybody in, although the routes beside it require a user',  # summary
        'far05_auth.far050_unauthenticated_route',  # module
        'UnauthenticatedRoute',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR051',  # code
        'missing-object-authorisation',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('.get(', '.post(', '.put(', '.patch(', '.delete(', '.api_route(', '.add_api_route(', '.websocket(', '.route(', '.add_api_websocket_route(', '.add_route(', 'select('),),  # markers
        639,  # cwe
        'CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:N',  # cvss
        (),  # options
        'An object that belongs to somebody is fetched by the id of the path, whoever the logged-in user is',  # summary
        'far05_auth.far051_missing_object_authorisation',  # module
        'MissingObjectAuthorisation',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR052',  # code
        'jwt-not-verified',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (('jwt', 'jose', 'JsonWebToken'), ('decode', 'encode', 'get_unverified_claims')),  # markers
        347,  # cwe
        'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:N',  # cvss
        (('allow', 'frozenset[str]', 'Names of functions that may read tokens without verifying them.'),),  # options
        'A JSON Web Token is believed without its signature or expiry being checked, or is issued without expiry',  # summary
        'far05_auth.far052_jwt_not_verified',  # module
        'JwtNotVerified',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR053',  # code
        'permissive-cors',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (('CORSMiddleware', 'ccess-control-allow-origin', 'ccess-Control-Allow-Origin'),),  # markers
        942,  # cwe
        'CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:N',  # cvss
        (),  # options
        'Scripts of every website may read what the application answers to its visitors',  # summary
        'far05_auth.far053_permissive_cors',  # module
        'PermissiveCors',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR054',  # code
        'missing-rate-limit',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('.get(', '.post(', '.put(', '.patch(', '.delete(', '.api_route(', '.add_api_route(', '.websocket(', '.route(', '.add_api_websocket_route(', '.add_route('),),  # markers
        307,  # cwe
        'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N',  # cvss
        (('always', 'bool', 'Report applications too that limit nothing themselves.'), ('uploads', 'bool', 'Report routes that take files, too.'), ('expensive', 'frozenset[str]', 'Paths, with `*` for anything, of further routes that need a limit.'), ('limiters', 'frozenset[str]', 'Qualified names of dependencies and decorators that limit.')),  # options
        'A route that can be guessed at or is expensive may be called as often as anybody likes',  # summary
        'far05_auth.far054_missing_rate_limit',  # module
        'MissingRateLimit',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR055',  # code
        'insecure-cookie',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('set_cookie', 'CookieTransport', 'SessionMiddleware'),),  # markers
        614,  # cwe
        'CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:L/I:L/A:N',  # cvss
        (('cookies', 'frozenset[str]', 'Names of further cookies that hold a session.'), ('harmless', 'frozenset[str]', 'Names of cookies that need no protection.')),  # options
        'A cookie that holds a session or a token is set without `secure`, `httponly` or `samesite`',  # summary
        'far05_auth.far055_insecure_cookie',  # module
        'InsecureCookie',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR056',  # code
        'tls-verification-disabled',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (('erify', 'VERIFY', 'ssl', 'SSL', 'tls', 'TLS', 'CERT_NONE', 'cert_', 'FTP', 'IMAP', 'POP3', 'CA_BUNDLE'),),  # markers
        295,  # cwe
        'CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:N',  # cvss
        (('hosts', 'frozenset[str]', 'Beginnings of URLs at which certificates need no check, such as `https://sidecar:`.'),),  # options
        'A connection accepts every certificate',  # summary
        'far05_auth.far056_tls_verification_disabled',  # module
        'TlsVerificationDisabled',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR057',  # code
        'debug-enabled',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('debug', 'reload'), ('FastAPI', 'Starlette', 'uvicorn')),  # markers
        489,  # cwe
        'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N',  # cvss
        (),  # options
        'An application shows its insides to its visitors, or watches its source code for changes while it serves',  # summary
        'far05_auth.far057_debug_enabled',  # module
        'DebugEnabled',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR058',  # code
        'weak-password-policy',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('passw', 'pwd', 'Passw', 'passphrase'),),  # markers
        521,  # cwe
        'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N',  # cvss
        (('minimum', 'int', 'The least number of characters of a password.'), ('checks', 'frozenset[str]', 'Names of further functions that judge passwords.')),  # options
        'A new password may be as short as its owner likes',  # summary
        'far05_auth.far058_weak_password_policy',  # module
        'WeakPasswordPolicy',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR059',  # code
        'websocket-without-auth',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('websocket', 'WebSocket'),),  # markers
        1385,  # cwe
        'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:L/A:N',  # cvss
        (('public', 'frozenset[str]', 'Paths, with `*` for anything, of websockets that are open on purpose.'),),  # options
        'A websocket is accepted from everybody in an application whose routes require a user',  # summary
        'far05_auth.far059_websocket_without_auth',  # module
        'WebsocketWithoutAuth',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR060',  # code
        'session-not-closed',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (('ession', 'Local('), ('sqlalchemy', 'sqlmodel', 'ession(', 'Local(')),  # markers
        772,  # cwe
        None,  # cvss
        (),  # options
        'A session is not closed on every way out of the function that makes it',  # summary
        'far06_sessions.far060_session_not_closed',  # module
        'SessionNotClosed',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR061',  # code
        'connection-leak',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (('connect(', 'acquire(', '_pool(', 'Pool(', 'getconn(', 'connection('),),  # markers
        772,  # cwe
        None,  # cvss
        (),  # options
        'A database connection or pool is not closed, or not given back, on every way out of the function',  # summary
        'far06_sessions.far061_connection_leak',  # module
        'ConnectionLeak',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR062',  # code
        'yield-dependency-without-cleanup',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (('yield',),),  # markers
        772,  # cwe
        None,  # cvss
        (),  # options
        'A dependency or context manager that yields closes what it opened only if nothing fails meanwhile',  # summary
        'far06_sessions.far062_yield_dependency_without_cleanup',  # module
        'YieldDependencyWithoutCleanup',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR063',  # code
        'missing-rollback',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('except',), ('commit(', 'flush(')),  # markers
        755,  # cwe
        None,  # cvss
        (),  # options
        'A handler survives a failed commit or flush, and the same session is used again without a rollback',  # summary
        'far06_sessions.far063_missing_rollback',  # module
        'MissingRollback',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR064',  # code
        'missing-commit',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('ession', 'Local('), ('add(', 'add_all(', 'delete(', 'insert(', 'update(', 'merge(', 'bulk_')),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'What a session has written is not committed on some way on which the function succeeds',  # summary
        'far06_sessions.far064_missing_commit',  # module
        'MissingCommit',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR065',  # code
        'session-shared-between-tasks',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (('gather(', 'TaskGroup', 'task_group', 'create_task(', 'ensure_future(', 'add_task(', 'BackgroundTask', 'Thread('),),  # markers
        362,  # cwe
        None,  # cvss
        (),  # options
        "One session is used by several tasks at once, or a request's session goes to a task that outlives the request",  # summary
        'far06_sessions.far065_session_shared_between_tasks',  # module
        'SessionSharedBetweenTasks',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR066',  # code
        'global-session',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (('ession', 'Local'), ('sqlalchemy', 'sqlmodel', 'ession(', 'Local(')),  # markers
        362,  # cwe
        None,  # cvss
        (),  # options
        'One session, made when a module is imported, serves all requests',  # summary
        'far06_sessions.far066_global_session',  # module
        'GlobalSession',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR067',  # code
        'engine-per-request',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (('@', 'Depends'), ('fastapi', 'starlette', 'Depends')),  # markers
        400,  # cwe
        None,  # cvss
        (),  # options
        'A route or a dependency makes an engine or a connection pool each time it is called',  # summary
        'far06_sessions.far067_engine_per_request',  # module
        'EnginePerRequest',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR068',  # code
        'lost-update',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('+', '-', '*'), ('ession', 'db')),  # markers
        362,  # cwe
        None,  # cvss
        (),  # options
        'A number of a row is read, changed in Python and written back, and nothing keeps others from doing the same',  # summary
        'far06_sessions.far068_lost_update',  # module
        'LostUpdate',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR069',  # code
        'check-then-insert',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('add(', 'add_all(', 'save('), ('ession', 'db'), ('if ',)),  # markers
        367,  # cwe
        None,  # cvss
        (),  # options
        'A row is looked up by a key and inserted if there is none, and no unique constraint keeps the key unique',  # summary
        'far06_sessions.far069_check_then_insert',  # module
        'CheckThenInsert',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR070',  # code
        'n-plus-one-lazy-load',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('sqlalchemy', 'sqlmodel', 'session', 'Session', 'db', 'query'), ('for ', 'response_model', '->')),  # markers
        1073,  # cwe
        None,  # cvss
        (),  # options
        'A relationship is read for each row of a result that was loaded without it',  # summary
        'far07_queries.far070_n_plus_one_lazy_load',  # module
        'NPlusOneLazyLoad',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR071',  # code
        'query-in-loop',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('session', 'Session', 'sqlalchemy', 'sqlmodel', 'db', 'repo', 'store', 'service', 'manager', 'asyncpg', 'motor', 'pymongo', 'beanie', 'tortoise', 'databases'), ('for ',)),  # markers
        1073,  # cwe
        None,  # cvss
        (),  # options
        'A query is sent for each element of a collection',  # summary
        'far07_queries.far071_query_in_loop',  # module
        'QueryInLoop',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR072',  # code
        'lazy-load-in-async',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (('async ', 'AsyncSession'), ('sqlalchemy', 'sqlmodel', 'session', 'Session', 'db')),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'A relationship, or an attribute that a commit expired, is read on an object of an asynchronous session',  # summary
        'far07_queries.far072_lazy_load_in_async',  # module
        'LazyLoadInAsync',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR073',  # code
        'unbounded-query',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('fastapi', 'outer', 'app'), ('.get(', 'api_route(')),  # markers
        770,  # cwe
        None,  # cvss
        (('always', 'bool', 'Look at all tables, not only at those that grow with use.'), ('growing_tables', 'list[str]', 'Tables that grow with use, though their names do not say it.'), ('lookup_tables', 'list[str]', 'Tables that stay small, which may be read as a whole.')),  # options
        'A route answers every row of a table',  # summary
        'far07_queries.far073_unbounded_query',  # module
        'UnboundedQuery',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR074',  # code
        'missing-index',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('fastapi', 'outer', 'app'), ('.get(', '.post(', '.put(', '.patch(', '.delete(', 'api_route(', 'add_api_route(')),  # markers
        1072,  # cwe
        None,  # cvss
        (('lookup_tables', 'list[str]', 'Tables that stay small, which need no further indexes.'), ('growing_tables', 'list[str]', 'Tables that grow with use, of which all columns are looked at.'), ('always', 'bool', 'Look at all columns of all tables.')),  # options
        'A route looks rows up by a column that has no index',  # summary
        'far07_queries.far074_missing_index',  # module
        'MissingIndex',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR075',  # code
        'wasteful-query',  # name
        'minor',  # severity
        'on',  # default
        ('app',),  # roles
        (('sqlalchemy', 'sqlmodel', 'query(', 'select(', 'session', 'Session'), ('.all(', 'fetchall(', 'list(')),  # markers
        1073,  # cwe
        None,  # cvss
        (),  # options
        'Rows are loaded only to be counted, to test whether there are any, or to take the first',  # summary
        'far07_queries.far075_wasteful_query',  # module
        'WastefulQuery',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR076',  # code
        'too-many-round-trips',  # name
        'important',  # severity
        'off',  # default
        ('app',),  # roles
        (('fastapi', 'outer', 'app'), ('.get(', '.post(', '.put(', '.patch(', '.delete(', 'api_route(', 'add_api_route(')),  # markers
        1073,  # cwe
        None,  # cvss
        (('most', 'int', 'So many statements are well.'), ('rows', 'int', 'So many rows N are assumed where a statement is sent for each of them.')),  # options
        'A route sends many statements, one after the other',  # summary
        'far07_queries.far076_too_many_round_trips',  # module
        'TooManyRoundTrips',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR077',  # code
        'unindexable-filter',  # name
        'minor',  # severity
        'on',  # default
        ('app',),  # roles
        (('sqlalchemy', 'sqlmodel', 'query(', 'select(', 'session', 'Session'), ('like(', 'func', 'endswith(', 'contains(', 'cast(')),  # markers
        1073,  # cwe
        None,  # cvss
        (('patterns', 'bool', 'Report patterns that may begin with anything too.'),),  # options
        'A condition makes the index on its column useless',  # summary
        'far07_queries.far077_unindexable_filter',  # module
        'UnindexableFilter',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR078',  # code
        'unstable-pagination',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('sqlalchemy', 'sqlmodel', 'query(', 'select(', 'session', 'Session'), ('execute(', 'exec(', 'scalars(', 'query(', 'list(')),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'Pages are cut out of a query that has no order',  # summary
        'far07_queries.far078_unstable_pagination',  # module
        'UnstablePagination',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR079',  # code
        'select-star',  # name
        'minor',  # severity
        'on',  # default
        ('app',),  # roles
        (('SELECT', 'select ', 'Select'), ('*',)),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'SQL text asks for all columns of a table',  # summary
        'far07_queries.far079_select_star',  # module
        'SelectStar',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR080',  # code
        'missing-response-model',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('fastapi', 'outer', 'app'), ('.get(', '.post(', '.put(', '.patch(', '.delete(', 'api_route(')),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'A route answers JSON of which nothing says what it looks like',  # summary
        'far08_routes.far080_missing_response_model',  # module
        'MissingResponseModel',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR081',  # code
        'undocumented-query-parameter',  # name
        'minor',  # severity
        'on',  # default
        ('app',),  # roles
        (('fastapi', 'outer', 'app'), ('.get(', '.post(', '.put(', '.patch(', '.delete(', 'api_route(')),  # markers
        None,  # cwe
        None,  # cvss
        (('plain', 'frozenset[str]', 'Names that say what they mean.'),),  # options
        'A query parameter of a route has no description',  # summary
        'far08_routes.far081_undocumented_query_parameter',  # module
        'UndocumentedQueryParameter',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR082',  # code
        'method-semantics',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('fastapi', 'outer', 'app'), ('.get(', '.head(', 'api_route(')),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'A GET or HEAD route changes the state of the database',  # summary
        'far08_routes.far082_method_semantics',  # module
        'MethodSemantics',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR083',  # code
        'success-status',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('fastapi', 'outer', 'app'), ('.get(', '.post(', '.put(', '.patch(', '.delete(', 'api_route(')),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'The status of success does not fit what the route does',  # summary
        'far08_routes.far083_success_status',  # module
        'SuccessStatus',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR084',  # code
        'shadowed-route',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (('fastapi', 'outer', 'app'), ('.get(', '.post(', '.put(', '.patch(', '.delete(', 'api_route(')),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'A route never matches because an earlier one takes all its requests',  # summary
        'far08_routes.far084_shadowed_route',  # module
        'ShadowedRoute',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR085',  # code
        'duplicate-route',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (('fastapi', 'outer', 'app'), ('.get(', '.post(', '.put(', '.patch(', '.delete(', 'api_route(')),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'Two routes have the same method and full path, or the same operation id',  # summary
        'far08_routes.far085_duplicate_route',  # module
        'DuplicateRoute',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR086',  # code
        'path-parameter-mismatch',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (('fastapi', 'outer', 'app'), ('.get(', '.post(', '.put(', '.patch(', '.delete(', 'api_route(')),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'The path of a route and the parameters of its function do not fit each other',  # summary
        'far08_routes.far086_path_parameter_mismatch',  # module
        'PathParameterMismatch',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR087',  # code
        'undocumented-error-response',  # name
        'minor',  # severity
        'on',  # default
        ('app',),  # roles
        (('fastapi', 'outer', 'app'), ('.get(', '.post(', '.put(', '.patch(', '.delete(', 'api_route('), ('HTTPException',)),  # markers
        None,  # cwe
        None,  # cvss
        (('always', 'bool', 'Judge every route, whatever the others of its application declare.'),),  # options
        'A route raises an HTTPException with a status that its `responses` omit',  # summary
        'far08_routes.far087_undocumented_error_response',  # module
        'UndocumentedErrorResponse',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR088',  # code
        'non-restful-path',  # name
        'minor',  # severity
        'on',  # default
        ('app',),  # roles
        (('fastapi', 'outer', 'app'), ('.get(', '.post(', '.put(', '.patch(', '.delete(', 'api_route(')),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'A path repeats its method as a verb, is in camel case, or names a collection in the singular',  # summary
        'far08_routes.far088_non_restful_path',  # module
        'NonRestfulPath',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR089',  # code
        'unversioned-api',  # name
        'minor',  # severity
        'off',  # default
        ('app',),  # roles
        (('fastapi', 'outer', 'app'), ('.get(', '.post(', '.put(', '.patch(', '.delete(', 'api_route(')),  # markers
        None,  # cwe
        None,  # cvss
        (('scheme', 'str', 'A regular expression that versioned paths match; empty: `/v1/` and the like.'),),  # options
        'A route stands outside of the versions of the API',  # summary
        'far08_routes.far089_unversioned_api',  # module
        'UnversionedApi',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR090',  # code
        'redundant-response-model',  # name
        'minor',  # severity
        'on',  # default
        ('app',),  # roles
        (('response_model',), ('->',)),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        '`response_model` repeats the return annotation',  # summary
        'far08_routes.far090_redundant_response_model',  # module
        'RedundantResponseModel',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR091',  # code
        'generic-route-decorator',  # name
        'minor',  # severity
        'on',  # default
        ('app',),  # roles
        (('fastapi',), ('.api_route(', '.route(')),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        "A route is registered by `api_route` with one method, or by Starlette's `route`",  # summary
        'far08_routes.far091_generic_route_decorator',  # module
        'GenericRouteDecorator',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR092',  # code
        'router-included-too-early',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (('fastapi', 'outer', 'app'), ('.get(', '.post(', '.put(', '.patch(', '.delete(', 'route(', 'include_router')),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'A route or router is registered on a router after that was included',  # summary
        'far08_routes.far092_router_included_too_early',  # module
        'RouterIncludedTooEarly',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR093',  # code
        'inconsistent-error-format',  # name
        'minor',  # severity
        'on',  # default
        ('app',),  # roles
        (('fastapi',), ('HTTPException', 'JSONResponse')),  # markers
        None,  # cwe
        None,  # cvss
        (('always', 'bool', 'Report every difference, of details that hold more than a text, too.'),),  # options
        'The errors of one module have bodies of different shape',  # summary
        'far08_routes.far093_inconsistent_error_format',  # module
        'InconsistentErrorFormat',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR094',  # code
        'missing-pagination-metadata',  # name
        'minor',  # severity
        'off',  # default
        ('app',),  # roles
        (('fastapi', 'outer', 'app'), ('.get(',), ('limit', 'size', 'per_page')),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'A paginated route answers a bare list',  # summary
        'far08_routes.far094_missing_pagination_metadata',  # module
        'MissingPaginationMetadata',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR095',  # code
        'untagged-route',  # name
        'minor',  # severity
        'on',  # default
        ('app',),  # roles
        (('fastapi', 'outer', 'app'), ('.get(', '.post(', '.put(', '.patch(', '.delete(', 'api_route(')),  # markers
        None,  # cwe
        None,  # cvss
        (('always', 'bool', 'Report every route without a tag, whatever the others of its application do.'),),  # options
        'A route has no tag, neither its own nor one of its routers',  # summary
        'far08_routes.far095_untagged_route',  # module
        'UntaggedRoute',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR096',  # code
        'upload-body-mix',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('fastapi', 'outer', 'app'), ('.get(', '.post(', '.put(', '.patch(', '.delete(', 'api_route('), ('UploadFile', 'File(', 'Form(', 'Form ', 'File ')),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'A route takes a file or form fields and a JSON body at once',  # summary
        'far08_routes.far096_upload_body_mix',  # module
        'UploadBodyMix',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR097',  # code
        'contract-break',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (),  # markers
        None,  # cwe
        None,  # cvss
        (('internal_paths', 'list[str]', 'Paths that are no part of the contract; `*` stands for anything.'),),  # options
        'A change breaks clients of the API',  # summary
        'far08_routes.far097_contract_break',  # module
        'ContractBreak',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR098',  # code
        'patch-overwrites-unset',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('fastapi', 'outer', 'app'), ('.patch(', '.put(', 'api_route('), ('.model_dump(', '.dict(')),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'A partial update takes the fields that the client did not send for values',  # summary
        'far08_routes.far098_patch_overwrites_unset',  # module
        'PatchOverwritesUnset',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR099',  # code
        'unbounded-limit-parameter',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('fastapi', 'outer', 'app'), ('limit', 'size', 'page', 'max_results', 'first', 'top', 'results')),  # markers
        770,  # cwe
        None,  # cvss
        (),  # options
        'A `limit` or `page_size` query parameter has no upper bound',  # summary
        'far08_routes.far099_unbounded_limit_parameter',  # module
        'UnboundedLimitParameter',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR100',  # code
        'optional-without-default',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('BaseModel', 'SQLModel', 'pydantic', 'Schema', 'Base)', 'Model)'), ('Optional', 'None')),  # markers
        None,  # cwe
        None,  # cvss
        (('everywhere', 'bool', 'Look at the bodies of all methods, not only of PATCH.'),),  # options
        'A field of a PATCH may be null, but not be left out',  # summary
        'far10_schemas.far100_optional_without_default',  # module
        'OptionalWithoutDefault',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR101',  # code
        'call-time-default',  # name
        'critical',  # severity
        'on',  # default
        ('app', 'script', 'example'),  # roles
        (('now()', 'now(', 'today(', 'utcnow(', 'uuid', 'time(', 'token_', 'random', 'urandom', '=[]', '={}', '= []', '= {}', '=dict(', '=list(', '=set(', '= dict(', '= list(', '= set('),),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'A default that should be new each time is made once, when the module is imported',  # summary
        'far10_schemas.far101_call_time_default',  # module
        'CallTimeDefault',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR102',  # code
        'pydantic-v1-api',  # name
        'important',  # severity
        'on',  # default
        ('app', 'script', 'example', 'test'),  # roles
        (('.dict(', '.json(', '.copy(', 'parse_', 'from_orm', 'construct(', '.schema', 'update_forward_refs', '__fields', 'validator', 'conint', 'confloat', 'constr', 'conlist', 'condecimal', 'Extra', '.validate', 'validate_arguments', 'BaseSettings', 'GenericModel', 'class Config'),),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'Code for Pydantic 2 calls what Pydantic 1 had',  # summary
        'far10_schemas.far102_pydantic_v1_api',  # module
        'PydanticV1Api',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR103',  # code
        'undocumented-union',  # name
        'minor',  # severity
        'on',  # default
        ('app',),  # roles
        (('BaseModel', 'SQLModel', 'pydantic', 'Schema', 'Base)', 'Model)'), ('|', 'Union')),  # markers
        None,  # cwe
        None,  # cvss
        (('lists', 'bool', 'Report fields that hold one thing or a list of it, too; what is meant is mostly plain.'),),  # options
        'A field holds one of several models, and nothing says which when',  # summary
        'far10_schemas.far103_undocumented_union',  # module
        'UndocumentedUnion',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR104',  # code
        'unconstrained-input',  # name
        'minor',  # severity
        'on',  # default
        ('app',),  # roles
        (('BaseModel', 'SQLModel', 'pydantic', 'Schema', 'Base)', 'Model)', '.post(', '.put(', '.patch(', 'route('),),  # markers
        770,  # cwe
        None,  # cvss
        (('always', 'bool', 'Report the models of all routes, not only of those that are open to anybody.'),),  # options
        'The fields of a request body that anybody may send may be of any length',  # summary
        'far10_schemas.far104_unconstrained_input',  # module
        'UnconstrainedInput',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR105',  # code
        'extra-fields-allowed',  # name
        'important',  # severity
        'off',  # default
        ('app',),  # roles
        (('BaseModel', 'SQLModel', 'pydantic', 'Schema', 'Base)', 'Model)'), ('extra',), ('allow',)),  # markers
        915,  # cwe
        None,  # cvss
        (),  # options
        'A model of a request keeps fields that it does not declare',  # summary
        'far10_schemas.far105_extra_fields_allowed',  # module
        'ExtraFieldsAllowed',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR106',  # code
        'broken-validator',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (('BaseModel', 'SQLModel', 'pydantic', 'Schema', 'Base)', 'Model)'), ('validator', 'Validator')),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'A validator loses the value, names a field that is not there, is no class method, or answers the request itself',  # summary
        'far10_schemas.far106_broken_validator',  # module
        'BrokenValidator',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR107',  # code
        'untyped-schema',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('fastapi', 'router', 'APIRouter'), ('dict', 'Dict', 'Any', 'object', 'list', 'List')),  # markers
        None,  # cwe
        None,  # cvss
        (('answers', 'bool', 'Look at answers too, not only at what routes take.'), ('always', 'bool', 'Report what is anything even where the function does not tell any fields.'), ('least', 'int', 'So many fields make an answer that deserves a model.')),  # options
        'A route takes or answers anything',  # summary
        'far10_schemas.far107_untyped_schema',  # module
        'UntypedSchema',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR108',  # code
        'entity-as-schema',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (('SQLModel', 'sqlmodel', 'sqlalchemy', 'models', 'entities', 'tables', 'db'), ('post(', 'put(', 'patch(', 'api_route(')),  # markers
        915,  # cwe
        'CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:N/I:H/A:N',  # cvss
        (),  # options
        'An entity of the database is the body of a request',  # summary
        'far10_schemas.far108_entity_as_schema',  # module
        'EntityAsSchema',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR109',  # code
        'field-shadows-base',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('BaseModel', 'SQLModel', 'pydantic', 'Schema', 'Base)', 'Model)'),),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'A field hides a method of `BaseModel`, or has another type than the field of a base class that it replaces',  # summary
        'far10_schemas.far109_field_shadows_base',  # module
        'FieldShadowsBase',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR110',  # code
        'depends-not-annotated',  # name
        'minor',  # severity
        'on',  # default
        ('app',),  # roles
        (('fastapi',), ('Depends', 'Security', 'Query', 'Path', 'Header', 'Cookie', 'Body', 'Form', 'File')),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'A parameter has its `Depends(…)` or `Query(…)` as a default value instead of in `Annotated`',  # summary
        'far11_dependencies.far110_depends_not_annotated',  # module
        'DependsNotAnnotated',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR111',  # code
        'depends-called',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (('Depends', 'Security'),),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        '`Depends(f())` is given what the function returns instead of the function',  # summary
        'far11_dependencies.far111_depends_called',  # module
        'DependsCalled',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR112',  # code
        'dependency-called-directly',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('@',), ('fastapi', 'router', 'app')),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'A route calls a dependency itself instead of having it injected',  # summary
        'far11_dependencies.far112_dependency_called_directly',  # module
        'DependencyCalledDirectly',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR113',  # code
        'deprecated-startup-event',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('on_event', 'add_event_handler', 'on_startup', 'on_shutdown'),),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'Start-up and shutdown are handled by `on_event`, `add_event_handler` or `on_startup=` instead of by a lifespan',  # summary
        'far11_dependencies.far113_deprecated_startup_event',  # module
        'DeprecatedStartupEvent',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR114',  # code
        'lifespan-without-cleanup',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('yield',), ('asynccontextmanager', 'lifespan')),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'A lifespan opens a resource before its `yield` that nothing closes after it',  # summary
        'far11_dependencies.far114_lifespan_without_cleanup',  # module
        'LifespanWithoutCleanup',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR115',  # code
        'middleware-order',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('middleware',), ('CORS',)),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'A middleware that answers by itself stands outside of `CORSMiddleware`',  # summary
        'far11_dependencies.far115_middleware_order',  # module
        'MiddlewareOrder',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR116',  # code
        'background-task-misuse',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('add_task', 'BackgroundTask'),),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'A background task is given the session or the upload of the request',  # summary
        'far11_dependencies.far116_background_task_misuse',  # module
        'BackgroundTaskMisuse',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR117',  # code
        'hidden-dependency',  # name
        'minor',  # severity
        'on',  # default
        ('app',),  # roles
        (('Service', 'Repository', 'Repo', 'Client', 'Gateway', 'Adapter', 'Storage', 'UseCase'), ('@',)),  # markers
        None,  # cwe
        None,  # cvss
        (('suffixes', 'frozenset[str]', 'What the names of classes end in that a route should not build.'), ('always', 'bool', 'Report classes too that no dependency of the project gives.')),  # options
        'A route builds a service, repository or client itself, which others take as a dependency',  # summary
        'far11_dependencies.far117_hidden_dependency',  # module
        'HiddenDependency',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR118',  # code
        'logic-in-route',  # name
        'minor',  # severity
        'off',  # default
        ('app',),  # roles
        (('@',), ('session', 'Session', 'db')),  # markers
        None,  # cwe
        None,  # cvss
        (('layers', 'frozenset[str]', 'Folders and modules that hold what routes should call instead.'),),  # options
        'A route talks to the database in a project that has a layer of services or repositories for it',  # summary
        'far11_dependencies.far118_logic_in_route',  # module
        'LogicInRoute',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR119',  # code
        'unused-dependency',  # name
        'minor',  # severity
        'on',  # default
        ('app',),  # roles
        (('Depends', 'Dep', 'fastapi'), ('@', 'Depends')),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'A parameter is injected and never read, and its dependency does nothing else',  # summary
        'far11_dependencies.far119_unused_dependency',  # module
        'UnusedDependency',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR120',  # code
        'request-without-timeout',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('requests', 'httpx', 'aiohttp', 'urllib', 'smtplib', 'imaplib', 'poplib', 'redis', 'ftplib', 'socket', 'http.client', 'telnetlib', 'grpc', 'timeout'),),  # markers
        400,  # cwe
        None,  # cvss
        (('redis', 'bool', 'Report Redis clients without `socket_timeout` too.'),),  # options
        'A call to another service may take for ever',  # summary
        'far12_outbound.far120_request_without_timeout',  # module
        'RequestWithoutTimeout',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR121',  # code
        'client-per-call',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('httpx', 'requests', 'aiohttp', 'redis', 'boto3', 'openai', 'anthropic', 'urllib3', 'grpc', 'with '), ('def ',)),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'A client is built for each request or each turn of a loop',  # summary
        'far12_outbound.far121_client_per_call',  # module
        'ClientPerCall',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR122',  # code
        'client-not-closed',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (('httpx', 'aiohttp', 'redis'), ('AsyncClient', 'ClientSession', 'asyncio')),  # markers
        772,  # cwe
        None,  # cvss
        (),  # options
        'An asynchronous client is opened in a function that does not close it on every path',  # summary
        'far12_outbound.far122_client_not_closed',  # module
        'ClientNotClosed',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR123',  # code
        'retry-without-backoff',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('tenacity', 'backoff', 'stamina', 'Retry', 'while ', 'range(', 'count('), ('retry', 'Retry', 'except')),  # markers
        770,  # cwe
        None,  # cvss
        (),  # options
        'A failed call is tried again at once, or without end',  # summary
        'far12_outbound.far123_retry_without_backoff',  # module
        'RetryWithoutBackoff',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR124',  # code
        'unchecked-response',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('requests', 'httpx', 'aiohttp'), ('.json(', '.text', '.content', '.read(')),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'The body of a response is used without a look at its status',  # summary
        'far12_outbound.far124_unchecked_response',  # module
        'UncheckedResponse',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR125',  # code
        'unbounded-fan-out',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('gather', 'TaskGroup', 'wait(', 'as_completed', 'start_soon'), ('async def',)),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'As many calls of another service are started at once as a collection has members',  # summary
        'far12_outbound.far125_unbounded_fan_out',  # module
        'UnboundedFanOut',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR126',  # code
        'unhandled-upstream-failure',  # name
        'minor',  # severity
        'on',  # default
        ('app',),  # roles
        (('httpx', 'requests', 'aiohttp'), ('.get(', '.post(', '.put(', '.patch(', '.delete(', '.head(', '.options(', '.request(')),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'A route calls another service, and nobody answers for its failures',  # summary
        'far12_outbound.far126_unhandled_upstream_failure',  # module
        'UnhandledUpstreamFailure',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR127',  # code
        'missing-expected-handler',  # name
        'important',  # severity
        'cfg',  # default
        ('app',),  # roles
        (),  # markers
        None,  # cwe
        None,  # cvss
        (('calls', 'Mapping[str, str]', 'Qualified name of a call → exception, or words of its message.'),),  # options
        'A failure that the project knows to happen is handled by nobody',  # summary
        'far12_outbound.far127_missing_expected_handler',  # module
        'MissingExpectedHandler',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR128',  # code
        'repeated-remote-read',  # name
        'minor',  # severity
        'off',  # default
        ('app',),  # roles
        (('httpx', 'requests', 'aiohttp'), ('.get(', 'get(')),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'Each request reads the same thing from another service',  # summary
        'far12_outbound.far128_repeated_remote_read',  # module
        'RepeatedRemoteRead',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR130',  # code
        'shared-mutable-state',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('def ',), ('+=', '-=', '|=', '*=', 'global ', ' + ', ' - ')),  # markers
        362,  # cwe
        None,  # cvss
        (),  # options
        'Requests change state that all of them share, and nothing keeps them apart',  # summary
        'far13_concurrency.far130_shared_mutable_state',  # module
        'SharedMutableState',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR131',  # code
        'task-reference-dropped',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (('create_task', 'ensure_future'),),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'Nobody keeps the task that is started here',  # summary
        'far13_concurrency.far131_task_reference_dropped',  # module
        'TaskReferenceDropped',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR132',  # code
        'check-then-act-across-await',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('await ',), ('if ',)),  # markers
        367,  # cwe
        None,  # cvss
        (),  # options
        'Shared state is tested, then something is awaited, then the state is changed',  # summary
        'far13_concurrency.far132_check_then_act_across_await',  # module
        'CheckThenActAcrossAwait',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR133',  # code
        'thread-lock-in-async',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (('async def',), ('with ', '.acquire(')),  # markers
        833,  # cwe
        None,  # cvss
        (),  # options
        'A lock of threads is held while a coroutine waits',  # summary
        'far13_concurrency.far133_thread_lock_in_async',  # module
        'ThreadLockInAsync',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR134',  # code
        'wait-without-timeout',  # name
        'minor',  # severity
        'off',  # default
        ('app',),  # roles
        (('asyncio',), ('.get()', '.wait()', '.join()'), ('await ',)),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'A route waits for something that another task has to do, for as long as it takes',  # summary
        'far13_concurrency.far134_wait_without_timeout',  # module
        'WaitWithoutTimeout',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR135',  # code
        'task-not-cancelled-at-shutdown',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('create_task', 'ensure_future'), ('lifespan', 'lifecycle', 'startup', 'FastAPI', 'Starlette')),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'A task that runs for ever is started with the application, and nobody ends it',  # summary
        'far13_concurrency.far135_task_not_cancelled_at_shutdown',  # module
        'TaskNotCancelledAtShutdown',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR136',  # code
        'cached-coroutine',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (('cache',), ('def ',)),  # markers
        None,  # cwe
        None,  # cvss
        (('methods', 'bool', 'Report caches without an end on methods, too; most objects that have them stay anyway.'),),  # options
        'A cache for plain functions is put on a coroutine function, or on a method',  # summary
        'far13_concurrency.far136_cached_coroutine',  # module
        'CachedCoroutine',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR137',  # code
        'except-group-mismatch',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('TaskGroup', 'create_task_group', 'open_nursery'), ('except',)),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'A handler for one class of exceptions is around a group of tasks',  # summary
        'far13_concurrency.far137_except_group_mismatch',  # module
        'ExceptGroupMismatch',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR138',  # code
        'endless-stream',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('StreamingResponse', 'EventSourceResponse'), ('while True', 'while 1'), ('yield',)),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'A stream without end does not see that its client has left',  # summary
        'far13_concurrency.far138_endless_stream',  # module
        'EndlessStream',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR139',  # code
        'stream-outlives-resource',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (('StreamingResponse', 'EventSourceResponse'),),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'A stream reads from something that is closed before the first byte of it is sent',  # summary
        'far13_concurrency.far139_stream_outlives_resource',  # module
        'StreamOutlivesResource',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR140',  # code
        'unguarded-job',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('apscheduler', 'scheduler', 'arq'), ('add_job', 'scheduled_job', 'add_schedule', 'cron(')),  # markers
        None,  # cwe
        None,  # cvss
        (('repeated', 'bool', 'Look at jobs that run again, too.'), ('guards', 'frozenset[str]', 'Names of the decorators that every job of the project must have.')),  # options
        'A function that is scheduled once lets its errors go',  # summary
        'far14_workers.far140_unguarded_job',  # module
        'UnguardedJob',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR141',  # code
        'untracked-job',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('apscheduler', 'scheduler'), ('add_job', 'scheduled_job', 'add_schedule')),  # markers
        None,  # cwe
        None,  # cvss
        (('tracking', 'str', 'Name of the set or mapping that the ids of all jobs have to be put into.'),),  # options
        'A job is added to a persistent store without an `id`, or without `replace_existing`',  # summary
        'far14_workers.far141_untracked_job',  # module
        'UntrackedJob',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR142',  # code
        'trigger-without-timezone',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('apscheduler', 'scheduler'), ('cron', 'Cron', 'DateTrigger', '"date"', "'date'")),  # markers
        None,  # cwe
        None,  # cvss
        (('trigger_class', 'str', 'Qualified name of the class that the triggers of all jobs must be instances of.'),),  # options
        'A job at a time of day does not say in which time zone',  # summary
        'far14_workers.far142_trigger_without_timezone',  # module
        'TriggerWithoutTimezone',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR143',  # code
        'job-loop-mismatch',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (('apscheduler', 'scheduler'), ('add_job', 'scheduled_job', 'add_schedule')),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'A coroutine function is given to a scheduler that runs jobs in threads',  # summary
        'far14_workers.far143_job_loop_mismatch',  # module
        'JobLoopMismatch',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR144',  # code
        'naive-datetime',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('datetime',), ('utcnow', 'utcfromtimestamp', '.now', '.today', '.fromtimestamp')),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'A time without time zone is made',  # summary
        'far14_workers.far144_naive_datetime',  # module
        'NaiveDatetime',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR145',  # code
        'job-overlap',  # name
        'minor',  # severity
        'on',  # default
        ('app',),  # roles
        (('apscheduler', 'scheduler'), ('add_job', 'scheduled_job', 'add_schedule'), ('interval', 'Interval')),  # markers
        None,  # cwe
        None,  # cvss
        (('least', 'int', 'Seconds from which an interval is long.'),),  # options
        'A job at long intervals does not say what happens when a run is late',  # summary
        'far14_workers.far145_job_overlap',  # module
        'JobOverlap',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR146',  # code
        'celery-result-blocking',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (('celery', 'delay', 'apply_async', 'async def'),),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'A Celery result is waited for inside a task, or on the event loop',  # summary
        'far14_workers.far146_celery_result_blocking',  # module
        'CeleryResultBlocking',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR147',  # code
        'celery-async-task',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (('celery', 'shared_task', '.task', 'Task)'), ('async ',)),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'A Celery task is a coroutine function',  # summary
        'far14_workers.far147_celery_async_task',  # module
        'CeleryAsyncTask',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR148',  # code
        'celery-task-limits',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('celery', 'shared_task', 'delay(', 'apply_async('),),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'A Celery task may run or be tried again forever, or is given an object of the database',  # summary
        'far14_workers.far148_celery_task_limits',  # module
        'CeleryTaskLimits',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR149',  # code
        'unguarded-worker-loop',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('while ',), ('create_task', 'ensure_future', 'Thread(', 'Process(')),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'The first exception ends a loop that is meant to serve for as long as the process lives',  # summary
        'far14_workers.far149_unguarded_worker_loop',  # module
        'UnguardedWorkerLoop',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR150',  # code
        'unverified-dynamic-import',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (('exec_module', 'import_module', '__import__', 'run_path', 'run_module'),),  # markers
        494,  # cwe
        'CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H',  # cvss
        (('configured', 'bool', 'Also report what settings, arguments, callers or rows name.'),),  # options
        'Code that the program has fetched is run, and nothing checks before that it is the right one',  # summary
        'far15_files.far150_unverified_dynamic_import',  # module
        'UnverifiedDynamicImport',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR151',  # code
        'unguarded-dynamic-import',  # name
        'important',  # severity
        'off',  # default
        ('app',),  # roles
        (('import_module', 'exec_module', '__import__', 'run_path', 'run_module'),),  # markers
        755,  # cwe
        'CVSS:3.1/AV:N/AC:H/PR:H/UI:N/S:U/C:N/I:N/A:L',  # cvss
        (),  # options
        'A module that is only known at run time is imported, and nothing handles that it cannot be',  # summary
        'far15_files.far151_unguarded_dynamic_import',  # module
        'UnguardedDynamicImport',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR152',  # code
        'dynamic-import-not-cleaned',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('sys',), ('exec_module', 'import_module', '__import__', 'run_path', 'run_module')),  # markers
        459,  # cwe
        'CVSS:3.1/AV:N/AC:H/PR:H/UI:N/S:U/C:N/I:L/A:L',  # cvss
        (('always', 'bool', 'Report each change that a failure leaves behind, whoever notices.'),),  # options
        '`sys.modules` or `sys.path` is changed for an import, and stays changed when the import fails',  # summary
        'far15_files.far152_dynamic_import_not_cleaned',  # module
        'DynamicImportNotCleaned',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR153',  # code
        'missing-context-isolation',  # name
        'important',  # severity
        'cfg',  # default
        ('app',),  # roles
        (),  # markers
        None,  # cwe
        None,  # cvss
        (('context', 'Mapping[str, str]', 'Qualified name of a constructor or loader → its argument.'),),  # options
        'A constructor or loader is called without the context that keeps one tenant, plugin or request from another',  # summary
        'far15_files.far153_missing_context_isolation',  # module
        'MissingContextIsolation',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR154',  # code
        'unbounded-upload',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('UploadFile', 'stream()'), ('read', 'copyfileobj', 'stream(')),  # markers
        770,  # cwe
        'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L',  # cvss
        (('guards', 'frozenset[str]', 'Names of functions and classes that limit the size of uploads.'),),  # options
        'An upload is read into memory, or copied, however large it is',  # summary
        'far15_files.far154_unbounded_upload',  # module
        'UnboundedUpload',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR155',  # code
        'untrusted-content-type',  # name
        'important',  # severity
        'off',  # default
        ('app',),  # roles
        (('UploadFile',), ('write', 'copyfileobj', 'put_object', 'upload_', 'Response')),  # markers
        434,  # cwe
        'CVSS:3.1/AV:N/AC:L/PR:L/UI:R/S:C/C:L/I:L/A:N',  # cvss
        (('checks', 'frozenset[str]', 'Names of further functions that look at the content of a file.'),),  # options
        'An uploaded file is stored or served as what its sender says it is',  # summary
        'far15_files.far155_untrusted_content_type',  # module
        'UntrustedContentType',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR156',  # code
        'archive-traversal',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (('def ',),),  # markers
        22,  # cwe
        'CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H',  # cvss
        (),  # options
        'An archive that a client sent is unpacked wherever its members say',  # summary
        'far15_files.far156_archive_traversal',  # module
        'ArchiveTraversal',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR157',  # code
        'insecure-temp-file',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('mktemp', 'tmp/', 'gettempdir', 'tempdir', 'shm/', 'Temp\\'),),  # markers
        377,  # cwe
        'CVSS:3.1/AV:L/AC:H/PR:L/UI:N/S:U/C:L/I:H/A:N',  # cvss
        (('folders', 'frozenset[str]', 'Beginnings of paths below a shared folder that belong to us alone.'),),  # options
        'A temporary file has a name that others on the machine can know before it exists',  # summary
        'far15_files.far157_insecure_temp_file',  # module
        'InsecureTempFile',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR160',  # code
        'destructive-migration',  # name
        'important',  # severity
        'off',  # default
        ('migration',),  # roles
        (('down_revision',), ('drop_table', 'drop_column', 'delete', 'DELETE', 'DROP ', 'drop ', 'TRUNCATE')),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'A migration throws data away: it drops a table or a column, or deletes all rows',  # summary
        'far16_migrations.far160_destructive_migration',  # module
        'DestructiveMigration',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR161',  # code
        'non-null-without-default',  # name
        'critical',  # severity
        'on',  # default
        ('migration',),  # roles
        (('down_revision',), ('nullable', 'NOT NULL', 'not null')),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'A migration adds a column that must not be null, without a value for the rows that are there',  # summary
        'far16_migrations.far161_non_null_without_default',  # module
        'NonNullWithoutDefault',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR162',  # code
        'irreversible-migration',  # name
        'important',  # severity
        'on',  # default
        ('migration',),  # roles
        (('down_revision',), ('downgrade',)),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'The `downgrade` of a migration that changes the schema does nothing',  # summary
        'far16_migrations.far162_irreversible_migration',  # module
        'IrreversibleMigration',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR163',  # code
        'blocking-index',  # name
        'important',  # severity
        'on',  # default
        ('migration',),  # roles
        (('down_revision',), ('create_index', 'INDEX', 'index')),  # markers
        None,  # cwe
        None,  # cvss
        (('always', 'bool', 'Look at all tables, not only at those that grow with use.'), ('growing_tables', 'list[str]', 'Tables that grow with use, though their names do not say it.'), ('young', 'int', 'Days after its creation in which a table is still small.')),  # options
        'A migration builds an index on a PostgreSQL table in use without `CONCURRENTLY`',  # summary
        'far16_migrations.far163_blocking_index',  # module
        'BlockingIndex',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR164',  # code
        'risky-alter',  # name
        'important',  # severity
        'off',  # default
        ('migration',),  # roles
        (('down_revision',), ('new_column_name', 'type_', 'rename_table', 'create_foreign_key', 'create_check', 'ALTER', 'alter')),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'A migration renames what is in use, rewrites a column, or checks a whole table for a new constraint',  # summary
        'far16_migrations.far164_risky_alter',  # module
        'RiskyAlter',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR165',  # code
        'migration-file-name',  # name
        'minor',  # severity
        'cfg',  # default
        ('migration',),  # roles
        (('down_revision',),),  # markers
        None,  # cwe
        None,  # cvss
        (('pattern', 'str', 'A regular expression for the whole name without `.py`; `{revision}` is the revision.'),),  # options
        "The name of a migration's file is not of the form that the project wants",  # summary
        'far16_migrations.far165_migration_file_name',  # module
        'MigrationFileName',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR166',  # code
        'app-model-in-migration',  # name
        'important',  # severity
        'on',  # default
        ('migration',),  # roles
        (('down_revision',), ('import',)),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        "A migration uses the application's mapped classes",  # summary
        'far16_migrations.far166_app_model_in_migration',  # module
        'AppModelInMigration',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR167',  # code
        'multiple-heads',  # name
        'critical',  # severity
        'on',  # default
        ('migration',),  # roles
        (('down_revision',),),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'The revisions do not make one line: two heads, a revision that is missing or there twice, or a circle',  # summary
        'far16_migrations.far167_multiple_heads',  # module
        'MultipleHeads',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR168',  # code
        'model-migration-drift',  # name
        'important',  # severity
        'off',  # default
        ('app',),  # roles
        (('Column', 'mapped_column', 'Mapped', 'Field', 'SQLModel'),),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'A mapped class has a column that no migration creates',  # summary
        'far16_migrations.far168_model_migration_drift',  # module
        'ModelMigrationDrift',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR170',  # code
        'sqlite-without-wal',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('sqlite', 'engine'), ('connect', 'engine')),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'A SQLite database that an application serves from is not in WAL mode',  # summary
        'far17_sqlite.far170_sqlite_without_wal',  # module
        'SqliteWithoutWal',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR171',  # code
        'sqlite-shared-connection',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('sqlite3',), ('check_same_thread',)),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'One SQLite connection is opened for all threads, without a lock',  # summary
        'far17_sqlite.far171_sqlite_shared_connection',  # module
        'SqliteSharedConnection',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR172',  # code
        'sqlite-connection-per-query',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('sqlite', 'for ', 'while '), ('(',), ('for ', 'while ', '.get(', '.post(', '.put(')),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'A SQLite database is opened once more for each round of a loop, or for each query of a request',  # summary
        'far17_sqlite.far172_sqlite_connection_per_query',  # module
        'SqliteConnectionPerQuery',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR173',  # code
        'sqlite-without-busy-timeout',  # name
        'minor',  # severity
        'on',  # default
        ('app',),  # roles
        (('sqlite', 'PRAGMA', 'pragma'), ('timeout',)),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'A connection to SQLite does not wait for another one that writes',  # summary
        'far17_sqlite.far173_sqlite_without_busy_timeout',  # module
        'SqliteWithoutBusyTimeout',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR174',  # code
        'sqlite-foreign-keys-off',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('sqlite', 'engine'), ('connect', 'engine')),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'The schema has foreign keys, and nothing tells SQLite to keep them',  # summary
        'far17_sqlite.far174_sqlite_foreign_keys_off',  # module
        'SqliteForeignKeysOff',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR175',  # code
        'sqlite-uncommitted-write',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (('sqlite',), ('execute',), ('connect',)),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'Rows are written to SQLite over a connection that is closed without a commit',  # summary
        'far17_sqlite.far175_sqlite_uncommitted_write',  # module
        'SqliteUncommittedWrite',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR176',  # code
        'execute-in-loop',  # name
        'minor',  # severity
        'on',  # default
        ('app',),  # roles
        (('sqlite',), ('execute',), ('for ',)),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'The same statement is executed for each row of a loop, where `executemany` takes all of them',  # summary
        'far17_sqlite.far176_execute_in_loop',  # module
        'ExecuteInLoop',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR177',  # code
        'sql-missing-index',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('sqlite',), ('execute',), ('where', 'WHERE')),  # markers
        None,  # cwe
        None,  # cvss
        (('small_tables', 'frozenset[str]', 'Names of tables that stay small.'),),  # options
        "SQL text looks rows up by columns of which none is indexed by the schema's text",  # summary
        'far17_sqlite.far177_sql_missing_index',  # module
        'SqlMissingIndex',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR180',  # code
        'unbounded-cache',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('cache', 'Cache', 'CACHE', 'memo', 'Memo', 'MEMO', '{}', 'dict'), ('def ',)),  # markers
        770,  # cwe
        None,  # cvss
        (),  # options
        'A cache keeps an entry for every key it has seen, and forgets none',  # summary
        'far18_channels.far180_unbounded_cache',  # module
        'UnboundedCache',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR181',  # code
        'cache-entry-without-expiry',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('edis',), ('.set(', '.hset(')),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'An entry is put into a cache in Redis that never expires',  # summary
        'far18_channels.far181_cache_entry_without_expiry',  # module
        'CacheEntryWithoutExpiry',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR182',  # code
        'stale-cache',  # name
        'important',  # severity
        'cfg',  # default
        ('app',),  # roles
        (),  # markers
        None,  # cwe
        None,  # cvss
        (('invalidate', 'Mapping[str, str]', 'Qualified name of a model → the function that invalidates its cache.'),),  # options
        'Rows are written, and what is cached of them stays',  # summary
        'far18_channels.far182_stale_cache',  # module
        'StaleCache',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR183',  # code
        'subscription-not-closed',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('edis',), ('.pubsub(',)),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'A subscription to Redis is not closed on every path',  # summary
        'far18_channels.far183_subscription_not_closed',  # module
        'SubscriptionNotClosed',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR184',  # code
        'blocking-redis-command',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('edis',), ('.keys(', '.flushall(', '.flushdb(', '.smembers(')),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'A request makes the Redis server do something that takes as long as it has keys',  # summary
        'far18_channels.far184_blocking_redis_command',  # module
        'BlockingRedisCommand',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR185',  # code
        'websocket-disconnect-unhandled',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('websocket', 'WebSocket'), ('.receive_text(', '.receive_bytes(', '.receive_json(')),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        "A websocket's loop does not expect that the other side leaves",  # summary
        'far18_channels.far185_websocket_disconnect_unhandled',  # module
        'WebsocketDisconnectUnhandled',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR186',  # code
        'connection-set-mutated',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (('for ',), ('await ',), ('send', 'broadcast', 'push', 'notify', 'publish', 'emit', 'put')),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'A loop sends to the members of a collection that others change while it waits',  # summary
        'far18_channels.far186_connection_set_mutated',  # module
        'ConnectionSetMutated',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR187',  # code
        'unbounded-websocket-input',  # name
        'minor',  # severity
        'on',  # default
        ('app',),  # roles
        (('websocket', 'WebSocket'), ('receive_json(', 'iter_json(', 'loads(')),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'A message of a websocket is used as if it had the form that is expected',  # summary
        'far18_channels.far187_unbounded_websocket_input',  # module
        'UnboundedWebsocketInput',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR190',  # code
        'print-in-service',  # name
        'minor',  # severity
        'on',  # default
        ('app',),  # roles
        (('print(',),),  # markers
        None,  # cwe
        None,  # cvss
        (('allow', 'frozenset[str]', 'Names of functions that may print.'), ('everywhere', 'bool', 'Report functions that neither requests nor the event loop are known to run, too.')),  # options
        'A service writes with `print`',  # summary
        'far19_logging.far190_print_in_service',  # module
        'PrintInService',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR191',  # code
        'eager-log-formatting',  # name
        'minor',  # severity
        'on',  # default
        ('app',),  # roles
        (('logging', 'loguru', 'structlog'), ('.debug(', '.info(', '.warning(', '.warn(', '.error(', '.critical(', '.exception(', '.log(')),  # markers
        None,  # cwe
        None,  # cvss
        (('everywhere', 'bool', 'Report every level, in files that mostly format eagerly too.'),),  # options
        'The text of a log line is built before it is known whether anybody wants it',  # summary
        'far19_logging.far191_eager_log_formatting',  # module
        'EagerLogFormatting',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR192',  # code
        'log-level-misuse',  # name
        'minor',  # severity
        'on',  # default
        ('app',),  # roles
        (('.debug(', '.info(', '.trace(', '.error(', '.critical(', '.exception('),),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'A failure is logged below warning and then dropped, or an ordinary event is logged as an error',  # summary
        'far19_logging.far192_log_level_misuse',  # module
        'LogLevelMisuse',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR193',  # code
        'log-without-context',  # name
        'minor',  # severity
        'on',  # default
        ('app',),  # roles
        (('except',), ('.warning(', '.error(', '.exception(', '.critical(')),  # markers
        None,  # cwe
        None,  # cvss
        (('always', 'bool', 'Report every line that leaves out a value at hand.'),),  # options
        'A line about a failure has a constant text, though the values at hand would say what it failed on',  # summary
        'far19_logging.far193_log_without_context',  # module
        'LogWithoutContext',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR200',  # code
        'missing-precheck',  # name
        'critical',  # severity
        'cfg',  # default
        ('app',),  # roles
        (),  # markers
        None,  # cwe
        None,  # cvss
        (('protocols', 'tuple[Mapping[str, Any], ...]', 'Filled from [tool.fastapi-review.protocols].'),),  # options
        'An operation is reached on some path without the check that the project demands before it',  # summary
        'far20_protocols.far200_missing_precheck',  # module
        'MissingPrecheck',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR201',  # code
        'consume-before-success',  # name
        'critical',  # severity
        'cfg',  # default
        ('app',),  # roles
        (),  # markers
        None,  # cwe
        None,  # cvss
        (('protocols', 'tuple[Mapping[str, Any], ...]', 'Filled from [tool.fastapi-review.protocols].'),),  # options
        'An operation is accounted for before it has succeeded, or not at all after it has',  # summary
        'far20_protocols.far201_consume_before_success',  # module
        'ConsumeBeforeSuccess',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR202',  # code
        'protocol-error-response',  # name
        'important',  # severity
        'cfg',  # default
        ('app',),  # roles
        (),  # markers
        None,  # cwe
        None,  # cvss
        (('protocols', 'tuple[Mapping[str, Any], ...]', 'Filled from [tool.fastapi-review.protocols].'),),  # options
        'A refused check is not answered with the status and the fields that the protocol demands',  # summary
        'far20_protocols.far202_protocol_error_response',  # module
        'ProtocolErrorResponse',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR203',  # code
        'forbidden-key',  # name
        'critical',  # severity
        'cfg',  # default
        ('app', 'migration'),  # roles
        (),  # markers
        None,  # cwe
        None,  # cvss
        (('protocols', 'tuple[Mapping[str, Any], ...]', 'Filled from [tool.fastapi-review.protocols].'),),  # options
        'A row is looked up, upserted or declared unique by a column that the project has ruled out as its key',  # summary
        'far20_protocols.far203_forbidden_key',  # module
        'ForbiddenKey',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR204',  # code
        'missing-unique-constraint',  # name
        'critical',  # severity
        'cfg',  # default
        ('app',),  # roles
        (),  # markers
        None,  # cwe
        None,  # cvss
        (('protocols', 'tuple[Mapping[str, Any], ...]', 'Filled from [tool.fastapi-review.protocols].'),),  # options
        'The key of a model is not unique in the database, or no migration makes it so',  # summary
        'far20_protocols.far204_missing_unique_constraint',  # module
        'MissingUniqueConstraint',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR205',  # code
        'bypassed-source-of-truth',  # name
        'important',  # severity
        'cfg',  # default
        ('app',),  # roles
        (),  # markers
        None,  # cwe
        None,  # cvss
        (('protocols', 'tuple[Mapping[str, Any], ...]', 'Filled from [tool.fastapi-review.protocols].'),),  # options
        'A state is read from a copy instead of the one model that the project keeps it in',  # summary
        'far20_protocols.far205_bypassed_source_of_truth',  # module
        'BypassedSourceOfTruth',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR206',  # code
        'bare-command',  # name
        'important',  # severity
        'cfg',  # default
        ('app', 'test', 'migration', 'script', 'example'),  # roles
        (),  # markers
        None,  # cwe
        None,  # cvss
        (('commands', 'frozenset[str]', 'Commands that need a prefix.'), ('prefixes', 'tuple[str, ...]', 'What they are to be run with; the first is proposed.')),  # options
        "A command is run without the prefix that puts it into the project's environment",  # summary
        'far20_protocols.far206_bare_command',  # module
        'BareCommand',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR207',  # code
        'required-decorator',  # name
        'important',  # severity
        'cfg',  # default
        ('app',),  # roles
        (),  # markers
        None,  # cwe
        None,  # cvss
        (('demands', "tuple[Mapping[Literal['match', 'decorator', 'base', 'argument'], str], ...]", 'Tables of `match` and one of `decorator`, `base`, `argument`.'),),  # options
        'A function or class lacks the decorator, the base class or the argument that the project demands of it',  # summary
        'far20_protocols.far207_required_decorator',  # module
        'RequiredDecorator',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR208',  # code
        'sync-route-forbidden',  # name
        'important',  # severity
        'off',  # default
        ('app',),  # roles
        (('def ',), ('.get(', '.post(', '.put(', '.patch(', '.delete(', '.route(', '.head(', 'api_route(')),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'A route is a plain `def` in a project that has only asynchronous ones',  # summary
        'far20_protocols.far208_sync_route_forbidden',  # module
        'SyncRouteForbidden',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR210',  # code
        'untyped-endpoint',  # name
        'minor',  # severity
        'on',  # default
        ('app',),  # roles
        (('fastapi', 'Depends'), ('def ',)),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'A parameter of a route or dependency has no annotation',  # summary
        'far21_quality.far210_untyped_endpoint',  # module
        'UntypedEndpoint',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR211',  # code
        'config-outside-settings',  # name
        'minor',  # severity
        'off',  # default
        ('app',),  # roles
        (('environ', 'getenv', '://', 'host', 'open(', 'Path('),),  # markers
        None,  # cwe
        None,  # cvss
        (('allow', 'frozenset[str]', 'Names of variables that may be read anywhere.'),),  # options
        "A setting is read from the environment past the project's settings class",  # summary
        'far21_quality.far211_config_outside_settings',  # module
        'ConfigOutsideSettings',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR212',  # code
        'legacy-typing-syntax',  # name
        'minor',  # severity
        'on',  # default
        ('app', 'script', 'example', 'test'),  # roles
        (('typing',), ('Optional', 'Union', 'List', 'Dict', 'Set', 'Tuple', 'Type', 'Frozen')),  # markers
        None,  # cwe
        None,  # cvss
        (('always', 'bool', 'Report every place, not only what is left over in a file that has the new syntax.'),),  # options
        'An annotation uses a name of `typing` where the language has syntax for it',  # summary
        'far21_quality.far212_legacy_typing_syntax',  # module
        'LegacyTypingSyntax',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR213',  # code
        'dispatch-chain',  # name
        'minor',  # severity
        'off',  # default
        ('app',),  # roles
        (('elif ',),),  # markers
        None,  # cwe
        None,  # cvss
        (('branches', 'int', 'Number of conditions from which a chain is reported.'),),  # options
        'A long chain of `elif` compares one value with classes or constants',  # summary
        'far21_quality.far213_dispatch_chain',  # module
        'DispatchChain',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR214',  # code
        'oversized-module',  # name
        'minor',  # severity
        'off',  # default
        ('app',),  # roles
        (('fastapi',), ('.get(', '.post(', '.put(', '.delete(', '.patch(', 'route(')),  # markers
        None,  # cwe
        None,  # cvss
        (('routes', 'int', 'Number of routes from which a module is reported.'), ('app_routes', 'int', 'The same of a module that creates the application.')),  # options
        'A module holds more routes than one reads',  # summary
        'far21_quality.far214_oversized_module',  # module
        'OversizedModule',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR215',  # code
        'untestable-global',  # name
        'minor',  # severity
        'on',  # default
        ('app',),  # roles
        (),  # markers
        None,  # cwe
        None,  # cvss
        (('always', 'bool', 'Report work on this machine, and in scripts, too.'),),  # options
        'Importing a module does work outside of the process: connects, sends a request, writes a file',  # summary
        'far21_quality.far215_untestable_global',  # module
        'UntestableGlobal',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR216',  # code
        'import-cycle',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('import',),),  # markers
        None,  # cwe
        None,  # cvss
        (('always', 'bool', 'Report each cycle of modules, also those that can be imported in any order.'),),  # options
        'Modules import each other, and one of them fails when it is imported first',  # summary
        'far21_quality.far216_import_cycle',  # module
        'ImportCycle',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR217',  # code
        'app-object-with-reload',  # name
        'important',  # severity
        'on',  # default
        ('app', 'script', 'example'),  # roles
        (('uvicorn',), ('reload', 'workers')),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        '`uvicorn.run` gets an application object together with `reload` or `workers`',  # summary
        'far21_quality.far217_app_object_with_reload',  # module
        'AppObjectWithReload',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR218',  # code
        'prefix-at-include',  # name
        'minor',  # severity
        'on',  # default
        ('app',),  # roles
        (('include_router',), ('prefix',)),  # markers
        None,  # cwe
        None,  # cvss
        (('always', 'bool', 'Report the prefixes of modules that give all of them where they include a router.'),),  # options
        'The only prefix of a router stands where it is included',  # summary
        'far21_quality.far218_prefix_at_include',  # module
        'PrefixAtInclude',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR219',  # code
        'bind-all-interfaces',  # name
        'minor',  # severity
        'off',  # default
        ('app', 'script'),  # roles
        (('0.0.0.0', '::', '""', "''"), ('uvicorn', 'granian', 'aiohttp', 'asyncio', 'socket', 'http.server')),  # markers
        605,  # cwe
        'CVSS:3.1/AV:A/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N',  # cvss
        (),  # options
        'A server listens on every network interface, and the code says so',  # summary
        'far21_quality.far219_bind_all_interfaces',  # module
        'BindAllInterfaces',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR220',  # code
        'unreachable-field',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('(',),),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'A field with an alias is set by its own name, which its model does not look at',  # summary
        'far22_pydantic.far220_unreachable_field',  # module
        'UnreachableField',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR221',  # code
        'conflicting-model-config',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('class ',), ('BaseModel', 'pydantic', 'SQLModel')),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'A model derives from several whose configurations contradict each other',  # summary
        'far22_pydantic.far221_conflicting_model_config',  # module
        'ConflictingModelConfig',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR222',  # code
        'skipped-constraint',  # name
        'important',  # severity
        'on',  # default
        ('app',),  # roles
        (('SkipValidation',),),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'Constraints stand beside `SkipValidation`, which switches them off',  # summary
        'far22_pydantic.far222_skipped_constraint',  # module
        'SkippedConstraint',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR223',  # code
        'mangled-private-attribute',  # name
        'important',  # severity
        'off',  # default
        ('app',),  # roles
        (('__',), ('BaseModel', 'pydantic', 'SQLModel')),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
        'A private attribute of a Pydantic model begins with two underscores',  # summary
        'far22_pydantic.far223_mangled_private_attribute',  # module
        'MangledPrivateAttribute',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR224',  # code
        'unvalidated-instance',  # name
        'minor',  # severity
        'on',  # default
        ('app',),  # roles
        (('construct(',),),  # markers
        None,  # cwe
        None,  # cvss
        (('always', 'bool', 'Report objects whose values the code itself writes down, too.'),),  # options
        'An object that was made without validation is taken over as it is',  # summary
        'far22_pydantic.far224_unvalidated_instance',  # module
        'UnvalidatedInstance',  # cls
        'python',  # language
        '',  # payload
    ),
)
