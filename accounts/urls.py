"""Doors to who one is."""

from django.urls import path

from accounts import views

urlpatterns = [path("apelido/", views.apelido, name="apelido")]
