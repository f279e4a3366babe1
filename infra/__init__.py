"""The one CloudFormation template: its parts, how they are packaged, checked and deployed."""
