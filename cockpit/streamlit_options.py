"""Which Streamlit options config.toml may name under [streamlit.*], so that a misspelt one is refused before the start.

The list is that of the pinned Streamlit; a test compares the two, since this layer must not import Streamlit itself.
"""

_SECTIONS: dict[str, str] = {
    "global": """appTest developmentMode disableWidgetStateDuplicationWarning e2eTest maxCachedMessageAge
        minCachedMessageSize showWarningOnDirectExecution suppressDeprecationWarnings unitTest""",
    "logger": "enableRich hideWelcomeMessage level messageFormat",
    "client": """allowedOrigins disableDataExport showErrorDetails showErrorLinks showSidebarNavigation
        toolbarMode""",
    "runner": """cacheBackgroundRefreshMaxWorkers cacheBackgroundRefreshTTLMultiplier cacheHashSeed
        connectionDefaultTTL enforceSerializableSessionState enumCoercion fastReruns magicEnabled
        parallelMaxWorkers postScriptGC""",
    "magic": "displayLastExprIfNoSemicolon displayRootDocString",
    "server": """address agentMaxSessions agentPreviewRows agentSessionTTL agentWaitTimeout allowRunOnSave
        allowedHosts baseUrlPath cookieSecret corsAllowedOrigins customComponentBaseUrlPath
        disconnectedSessionTTL enableAgentApi enableCORS enableExpensiveMemoryStats enableStaticServing
        enableWebsocketCompression enableXsrfProtection fileWatcherType folderWatchBlacklist folderWatchList
        headless maxCacheDataSize maxMessageSize maxUploadSize maxWidgetStateSize port runOnSave
        scriptHealthCheckEnabled showEmailPrompt sslCertFile sslKeyFile trustedUserHeaders
        unsafeMetricsUserAttributes websocketPingInterval xsrfCookieSameSite""",
    "browser": "gatherUsageStats serverAddress serverPort",
    "secrets": "files",
    "ui": "hideTopBar",
}

_THEME = "base baseFontSize baseFontWeight fontFaces metricValueFontSize metricValueFontWeight showSidebarBorder"

_PALETTE = """backgroundColor baseRadius blueBackgroundColor blueColor blueTextColor borderColor buttonRadius
    chartCategoricalColors chartDivergingColors chartSequentialColors codeBackgroundColor codeFont codeFontSize
    codeFontWeight codeTextColor dataframeBorderColor dataframeHeaderBackgroundColor dataframeHeaderTextColor font
    grayBackgroundColor grayColor grayTextColor greenBackgroundColor greenColor greenTextColor headingFont
    headingFontSizes headingFontWeights linkColor linkUnderline orangeBackgroundColor orangeColor orangeTextColor
    paddingBottom paddingTop primaryColor redBackgroundColor redColor redTextColor secondaryBackgroundColor
    showWidgetBorder textColor violetBackgroundColor violetColor violetTextColor yellowBackgroundColor yellowColor
    yellowTextColor"""

_PALETTES = ("", "sidebar.", "light.", "light.sidebar.", "dark.", "dark.sidebar.")

STREAMLIT_OPTIONS: frozenset[str] = frozenset(
    [f"{section}.{name}" for section, names in _SECTIONS.items() for name in names.split()]
    + [f"theme.{name}" for name in _THEME.split()]
    + [f"theme.{palette}{name}" for palette in _PALETTES for name in _PALETTE.split()]
)
"""Every option as Streamlit writes it: section.option."""

REFUSED_OPTIONS: dict[str, str] = {
    "server.address": "请改写 web.host",
    "server.port": "请改写 web.port",
    "server.cookieSecret": "密钥只从环境变量或数据文件夹读取",
    "theme.base": "页面随每位访客的系统显示为浅色或深色",
}
"""Streamlit options that have a place of their own already, and where."""
