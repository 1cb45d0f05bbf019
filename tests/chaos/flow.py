"""What every life needs: imported once, by the server from which the processes come."""

from flows.sync_orders import sync_orders

__all__ = ["sync_orders"]
