"""Failures of what leads to a provider. What becomes of those who come back is told in the address
that they are sent to."""

from app.errors.base import AppError


class ProviderNotFound(AppError):
    status, code = 404, "provider_not_found"
    zh, en = "没有这个登录方式", "Nobody logs in by this provider here"


class ProviderUnavailable(AppError):
    status, code = 503, "provider_unavailable"
    zh, en = "登录服务暂时无法访问，请稍后再试", "The provider cannot be reached; try again later"


class OidcNotConfigured(AppError):
    status, code = 409, "oidc_not_configured"
    zh, en = "服务器没有配置单点登录", "This server has no provider to log in by"


class LogoutTokenRefused(AppError):
    status, code = 400, "logout_token_refused"
    zh, en = "注销令牌无效", "This logout token is not valid"
