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
        'off',  # default
        ('app',),  # roles
        (('await',),),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
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
        'on',  # default
        ('app',),  # roles
        (('except',), ('Exception', 'BaseException')),  # markers
        390,  # cwe
        None,  # cvss
        (),  # options
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
        (('except ', 'exception_handler'), ('HTTPException', 'Response', 'Exception', 'router', 'app')),  # markers
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
        (),  # options
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
        'FAR030',  # code
        'sql-injection',  # name
        'critical',  # severity
        'on',  # default
        ('app',),  # roles
        (('def ',),),  # markers
        89,  # cwe
        'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',  # cvss
        (),  # options
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
        (),  # options
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
        (),  # options
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
        (),  # options
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
        (),  # options
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
        (('def ',),),  # markers
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
        (),  # options
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
        'A MongoDB filter is made of an unvalidated value of a client',  # summary
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
        (),  # options
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
        'off',  # default
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
        'off',  # default
        ('app',),  # roles
        (('.get(', '.post(', '.put(', '.patch(', '.delete(', '.api_route(', '.add_api_route(', '.websocket(', '.route(', '.add_api_websocket_route(', '.add_route('),),  # markers
        307,  # cwe
        'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N',  # cvss
        (('expensive', 'frozenset[str]', 'Paths, with `*` for anything, of further routes that need a limit.'), ('limiters', 'frozenset[str]', 'Qualified names of dependencies and decorators that limit.')),  # options
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
        (),  # options
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
        'off',  # default
        ('app',),  # roles
        (('fastapi', 'outer', 'app'), ('.get(', '.post(', '.put(', '.patch(', '.delete(', 'api_route('), ('HTTPException',)),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
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
        'off',  # default
        ('app',),  # roles
        (('fastapi',), ('HTTPException', 'JSONResponse')),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
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
        'off',  # default
        ('app',),  # roles
        (('fastapi', 'outer', 'app'), ('.get(', '.post(', '.put(', '.patch(', '.delete(', 'api_route(')),  # markers
        None,  # cwe
        None,  # cvss
        (),  # options
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
        'off',  # default
        ('app',),  # roles
        (('Service', 'Repository', 'Repo', 'Client', 'Gateway', 'Adapter', 'Storage', 'UseCase'), ('@',)),  # markers
        None,  # cwe
        None,  # cvss
        (('suffixes', 'frozenset[str]', 'What the names of classes end in that a route should not build.'),),  # options
        'A route builds a service, repository or client itself',  # summary
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
        (),  # options
        '`sys.modules` or `sys.path` is changed for an import, and stays changed when the import fails',  # summary
        'far15_files.far152_dynamic_import_not_cleaned',  # module
        'DynamicImportNotCleaned',  # cls
        'python',  # language
        '',  # payload
    ),
    (
        'FAR155',  # code
        'untrusted-content-type',  # name
        'important',  # severity
        'on',  # default
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
)
